"""The documented shapes of --json: JSON Schemas in schema/reports, one file for each command or kind of answer."""

import functools
import json

import jsonschema

from .tools import SOURCE

REPORTS = SOURCE / "schema/reports"


def conforms(name, value):
    """Holds a command's answer (JSON text, or what it decodes to) against schema/reports/NAME.schema.json and gives
    back the decoded answer."""
    if isinstance(value, (str, bytes)):
        value = json.loads(value)
    faults = sorted(_validator(name).iter_errors(value), key=lambda fault: [str(part) for part in fault.absolute_path])
    assert not faults, _explain(name, value, faults)
    return value


def names():
    """Of all schemas there are."""
    return sorted(path.name.removesuffix(".schema.json") for path in REPORTS.glob("*.schema.json"))


@functools.cache
def _schemas():
    return {name: json.loads((REPORTS / f"{name}.schema.json").read_text(encoding="utf-8")) for name in names()}


@functools.cache
def _validator(name):
    schemas = _schemas()
    assert name in schemas, f"{REPORTS}/{name}.schema.json is missing; there are {', '.join(schemas)}"
    schema = schemas[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    known = {other["$id"]: other for other in schemas.values() if "$id" in other}
    resolver = jsonschema.RefResolver(schema.get("$id", ""), schema, store=known)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def _explain(name, value, faults):
    lines = [f"not of the shape {name}:"]
    for fault in faults:
        place = "".join(f"[{part!r}]" for part in fault.absolute_path) or "the whole"
        lines.append(f"  {place}: {fault.message}")
        lines += [f"    {part.message}" for part in fault.context or []]
    return "\n".join([*lines, json.dumps(value, indent=2, ensure_ascii=False)])
