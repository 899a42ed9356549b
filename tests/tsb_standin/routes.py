"""Which path is served by what, which role's API key opens it, and the checks before a call is played."""

import re
import urllib.parse
from dataclasses import dataclass
from typing import Callable

from . import routes_approvals, routes_keys, routes_service, routes_sign
from . import strict_json as strict
from .answer import Answer, Call
from .errors import ServiceError, http_status

MANAGE, OPERATE, APPROVE, SERVE = "keyManagementToken", "keyOperationToken", "approverToken", "serviceToken"


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    role: str
    handler: Callable

    @property
    def name(self):
        return f"{self.method} {self.template}"

    def parameters(self, path):
        """The named parts of a path that fits, or None."""
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", self.template)
        found = re.fullmatch(pattern, path)
        return found and {name: urllib.parse.unquote(value) for name, value in found.groupdict().items()}


def not_implemented(call):
    raise ServiceError(101, "the stand-in does not do this")


ROUTES = [
    Route("POST", "/v1/sign", OPERATE, routes_sign.sign),
    Route("POST", "/v1/synchronousSign", OPERATE, routes_sign.synchronous_sign),
    Route("POST", "/v1/verify", OPERATE, routes_sign.verify),
    Route("GET", "/v1/request/{id}", OPERATE, routes_sign.get_request),
    Route("DELETE", "/v1/request/{id}", OPERATE, routes_sign.delete_request),
    Route("POST", "/v1/filteredRequests", OPERATE, routes_sign.filtered_requests),
    Route("POST", "/v1/certificate/import/plain", OPERATE, routes_keys.import_certificate),
    Route("GET", "/v1/certificate/{label}", OPERATE, routes_keys.get_certificate),
    Route("DELETE", "/v1/certificate/{label}", OPERATE, routes_keys.delete_certificate),
    Route("POST", "/v1/key", MANAGE, routes_keys.create),
    Route("GET", "/v1/key", MANAGE, routes_keys.labels),
    Route("POST", "/v1/key/attributes", MANAGE, routes_keys.attributes),
    Route("POST", "/v1/key/deleteKey", MANAGE, routes_keys.delete_by_body),
    Route("DELETE", "/v1/key/{name}", MANAGE, routes_keys.delete_by_name),
    Route("GET", "/v1/versionInfo", SERVE, routes_service.version),
    Route("GET", "/v1/licenseInfo", SERVE, routes_service.licence),
    Route("GET", "/v1/keystore/statistics", SERVE, routes_service.statistics),
    Route("POST", "/v1/filteredSignApprovalTask", APPROVE, routes_approvals.filtered_tasks),
    Route("POST", "/v1/filteredAllApprovalTask", APPROVE, routes_approvals.filtered_tasks),
    Route("POST", "/v1/approval", APPROVE, routes_approvals.approve),
    *(Route(method, "/v1/task", APPROVE, routes_approvals.refuse) for method in ("DELETE", "PATCH", "POST")),
    *(
        Route("POST", f"/v1/filtered{kind}ApprovalTask", APPROVE, routes_approvals.no_tasks)
        for kind in ("BlockKey", "UnblockKey", "ModifyKey", "Decrypt", "UnwrapKey")
    ),
    *(Route("POST", f"/v1/{name}", MANAGE, not_implemented) for name in ("modify", "synchronousModify")),
    *(
        Route("POST", f"/v1/{name}", OPERATE, not_implemented)
        for name in ("decrypt", "encrypt", "wrap", "unwrap", "block", "unblock")
    ),
]


def find(method, path):
    """The route and the parameters of a path; (None, None) where there is none."""
    for route in ROUTES:
        if route.method == method:
            parameters = route.parameters(path)
            if parameters is not None:
                return route, parameters
    return None, None


def refused(core, error):
    status = http_status(error.code)
    return Answer(core.knobs.credential_status if status == 401 else status, error.body(), error.code)


def process(core, route, parameters, headers, body):
    """Checks the caller and the body, then plays the call; refusals become answers."""
    try:
        with core.lock:
            needs_token = route.role != APPROVE or core.knobs.token_on_approver_routes
            core.access.check(route.role, headers, needs_token)
            if route.method == "POST" or body:
                if headers.get_content_type() != "application/json":
                    return Answer(415, {"message": "Content-Type is not supported"})
                value, spans = strict.parse_object(body)
            else:
                value, spans = {}, {}
            if value and route.method == "GET":
                strict.refuse("a GET has no body")
            return route.handler(Call(core, parameters, value, spans))
    except ServiceError as error:
        return refused(core, error)
