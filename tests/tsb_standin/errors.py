"""The service's error codes, their names, and the HTTP status each travels with."""

REASONS = {
    1: "technical",
    2: "connectivity",
    100: "impl",
    101: "not.implemented",
    102: "operation.unreachable",
    103: "general",
    200: "init",
    400: "security.not.allowed",
    401: "missing.approval",
    402: "invalid.certificate",
    403: "input.invalid.signature",
    404: "input.timestamp.off",
    405: "timestamp.signer.not.allowed",
    406: "missing.access.token",
    407: "parsing.key",
    408: "reading.pem",
    409: "parsing.certificate",
    413: "approver.not.existent",
    414: "approver.not.onboarded",
    415: "request.signer.not.allowed",
    416: "missing.api.key",
    450: "client.subscription",
    451: "client.endpoint.not.licensed",
    500: "data.invalid.constellation",
    501: "invalid.value.for.enum",
    600: "input.validation.failed",
    601: "unsupported.approver.key.type",
    602: "unsupported.combination.of.approval.types",
    603: "input.keysize",
    604: "no.name.for.certificate.approver",
    606: "key.attributes.invalid",
    607: "algorithm.not.supported.by.key",
    608: "key.already.existing",
    609: "invalid.uuid",
    610: "invalid.key.name",
    611: "unsupported.operation",
    612: "invalid.payload",
    613: "invalid.key.type",
    614: "operation.forbidden.for.key",
    617: "invalid.access.token",
    619: "invalid.number.range",
    620: "key.password.mismatch",
    621: "invalid.json",
    625: "key.invalid.encoding",
    626: "certificate.invalid.encoding",
    631: "invalid.api.key",
    634: "derivation.not.supported",
    635: "encoding.exception",
    650: "key.not.existent",
    651: "request.not.existent",
    652: "task.not.existent",
    653: "data.object.not.existent",
    700: "in.subystem",
    701: "in.hsm",
    703: "io",
}
CREDENTIAL_CODES = {406, 416, 617, 631}


class ServiceError(Exception):
    """A refusal that becomes the body {"errorCode","reason","message"}."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def body(self):
        return {"errorCode": self.code, "reason": "res.error." + REASONS[self.code], "message": self.message}


def http_status(code):
    if code in CREDENTIAL_CODES:
        return 401
    if 450 <= code <= 459:
        return 403
    if 650 <= code <= 659:
        return 404
    if 400 <= code <= 499 or 600 <= code <= 699:
        return 400
    return 501 if 100 <= code <= 199 else 500
