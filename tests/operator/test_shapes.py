"""Every command that answers in JSON has its shape in schema/reports, and every shape there belongs to a command."""

import json
import re

import jsonschema
import pytest
from harness import shapes
from test_commands import commands_below

# Parts that others refer to, what --dry-run prints instead, and the files of --record and --report.
NO_COMMAND = {"token-state", "key-generate-dry-run", "key-ceremony", "doctor-report"}


def test_every_command_with_json_has_a_shape(desk):
    answering = set()
    for words in commands_below(desk, []):
        if re.search(r"^  --json ", desk.run(*words, "--help").out, re.MULTILINE):
            answering.add("-".join(words))
    assert answering == set(shapes.names()) - NO_COMMAND


@pytest.mark.parametrize("name", shapes.names())
def test_a_shape_is_a_schema_that_knows_each_member(name):
    """No member that is not described, none described that is never there: what scripts rely on."""
    schema = json.loads((shapes.REPORTS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("/2020-12/schema") and schema["title"]
    for place in objects_in(schema):
        assert place.get("additionalProperties") is False, place
        assert set(place.get("required", [])) <= set(place["properties"]), place


def objects_in(schema):
    """Each part that describes the members of an object."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "type" in schema:
            yield schema
        for part in schema.values():
            yield from objects_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_in(part)
