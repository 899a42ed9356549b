"""The approver's side: tasks, approvals, refusals."""

import base64

from . import strict_json as strict
from .answer import Answer
from .clock import iso, parse_iso
from .errors import ServiceError
from .signatures import check_plain, load_certificate, load_public, spki

OLDEST_TIMESTAMP = 600  # seconds
LEVELS = ("level1", "level2", "level3", "level4", "level5", "level6")
_ORDERS = ("CREATION_DATE_ASC", "CREATION_DATE_DESC", "LAST_FETCHED_DATE_ASC", "LAST_FETCHED_DATE_DESC")


def _read_approver(members):
    """The public key out of approverPublicKey or approverCertificate, None where neither is given."""
    public = members.optional("approverPublicKey", strict.binary)
    certificate = members.optional("approverCertificate", strict.binary)
    if public is not None and certificate is not None:
        strict.refuse("body has both approverPublicKey and approverCertificate")
    if certificate is not None:
        public = spki(load_certificate(certificate).public_key())
    return None if public is None else load_public(public)


def _read_signed_time(call, members):
    """Who signed the time, and whether as an observer."""
    timestamp = members.required("timestamp", strict.text)
    signature = members.required("timestampSignature", strict.binary)
    digest = members.required("timestampDigestAlgorithm", strict.text)
    public = _read_approver(members)
    observer = members.optional("timestampSigningCertificate", strict.binary)
    if (public is None) == (observer is None):
        strict.refuse("body has one of approverPublicKey, approverCertificate and timestampSigningCertificate")
    if observer is not None:
        public = load_public(spki(load_certificate(observer).public_key()))
        if spki(public) not in call.core.access.observers:
            raise ServiceError(405, "the signer of the timestamp is not allowed")
    seconds = parse_iso(timestamp)
    if seconds is None:
        strict.refuse("body.timestamp is not ISO 8601 with a zone")
    now = call.core.clock.now()
    if not now - OLDEST_TIMESTAMP <= seconds <= now:
        raise ServiceError(404, f"the timestamp {timestamp} is off; it is {iso(now)}")
    check_plain(public, digest, signature, timestamp.encode("ascii", "replace"), "the timestamp")
    return public, observer is not None


def _read_paging(value, where):
    members = strict.Members(value, where)
    number = members.required("pageNumber", strict.integer)
    size = members.required("pageSize", strict.integer)
    order = members.required("sortOrder", strict.one_of(*_ORDERS))
    members.done()
    if number < 0 or size < 1:
        strict.refuse(f"{where} is out of range")
    return number, size, order


def filtered_tasks(call):
    members = strict.Members(call.body, "body")
    public, observer = _read_signed_time(call, members)
    identifier = members.optional("id", strict.text)
    request_id = members.optional("requestId", strict.text)
    level = members.required("detailLevel", strict.one_of(*LEVELS))
    number, size, order = members.required("paging", _read_paging)
    members.done()
    tasks = [task for task in call.core.ledger.open_tasks() if observer or task.approver == spki(public)]
    if identifier is not None:
        tasks = [task for task in tasks if task.id == identifier]
    elif request_id is not None:
        tasks = [task for task in tasks if task.request.id == request_id]
    tasks.sort(
        key=lambda task: task.fetched if order.startswith("LAST") else task.request.created,
        reverse=order.endswith("DESC"),
    )
    tasks = tasks[number * size : (number + 1) * size]
    for task in tasks:
        task.fetched = call.core.clock.now()
    return Answer(200, {"tasks": [_shown(call, task, level) for task in tasks]})


def no_tasks(call):
    """For the siblings of filteredSignApprovalTask: no such operation is ever waiting here."""
    filtered_tasks(call)
    return Answer(200, {"tasks": []})


def _shown(call, task, level):
    """The members of the level and of those below."""
    request, order = task.request, task.request.order
    depth = LEVELS.index(level) + 1
    shown = {
        "detailLevel": level,
        "id": task.id,
        "approvalToBeSigned": _base64(request.token),
        "approverPublicKey": _base64(task.approver),
    }
    if depth >= 2:
        shown["metaData"] = _base64(order.metadata)
        shown["metaDataSignature"] = _base64(order.metadata_signature)
        shown["payload"] = _base64(order.payload)
        shown["payloadType"] = order.payload_type
    if depth >= 3:
        shown["requestBase64"] = _base64(order.inner)
        shown["signedSignRequest"] = order.outer
    if depth >= 4:
        signed = request.timestamp is not None
        shown["timestamp"] = _base64(request.timestamp)
        shown["timestampSignature"] = _base64(request.timestamp_signature)
        shown["timestampSignatureAlgorithm"] = "SHA256_WITH_RSA" if signed else None
        shown["timestampSignatureWithAlgorithm"] = _base64(request.wrapped_timestamp_signature)
    if depth >= 5:
        xml = request.key.attributes_xml()
        shown["keyAttributes"] = xml
        shown["keyAttributesSignature"] = _base64(call.core.keys.attest(xml.encode()))
    if depth >= 6:
        shown["requestStatus"] = call.core.ledger.shown(request)
    return shown


def _base64(data):
    return None if data is None else base64.b64encode(data).decode()


def approve(call):
    members = strict.Members(call.body, "body")
    identifier = members.required("id", strict.text)
    token = members.required("approvalToBeSigned", strict.binary)
    signature = members.required("signature", strict.binary)
    digest = members.required("approvalDigestAlgorithm", strict.text)
    public = _read_approver(members)
    members.done()
    if public is None:
        strict.refuse("body has one of approverPublicKey and approverCertificate")
    task = call.core.ledger.task_for(identifier, spki(public))
    check_plain(public, digest, signature, token, "the approval")
    if token != task.request.token:
        raise ServiceError(403, "approvalToBeSigned is not that of the task")
    call.core.ledger.approve(task)
    return Answer(200)


def refuse(call):
    members = strict.Members(call.body, "body")
    identifier = members.required("id", strict.text)
    public, observer = _read_signed_time(call, members)
    members.done()
    call.core.ledger.refuse(call.core.ledger.task_for(identifier, None if observer else spki(public)))
    return Answer(200)
