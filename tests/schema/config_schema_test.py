"""Holds schema/config.schema.json against the decoder: same members, same verdict on every example."""

import json
import pathlib
import subprocess
import sys
import unittest

try:
    import jsonschema
except ImportError:
    print("skipped: the Python package jsonschema is missing (Debian: python3-jsonschema)")
    sys.exit(77)

PROBE = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = json.loads((HERE / "../../schema/config.schema.json").read_text(encoding="utf-8"))
EXAMPLES = json.loads((HERE / "config_examples.json").read_text(encoding="utf-8"))
ADMINISTRATOR_ONLY = "allow_user_config require_named_keys allowed_modules audit".split()


def decoder_members():
    output = subprocess.run([PROBE, "members"], check=True, capture_output=True, text=True).stdout
    return {line.split()[0]: set(line.split()[1:]) for line in output.splitlines()}


def decode(config, reader="administrator"):
    """What the decoder has to say against a configuration; empty when it takes it."""
    run = subprocess.run([PROBE, reader], input=json.dumps(config), capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout if run.returncode else ""


class ConfigSchema(unittest.TestCase):
    def setUp(self):
        self.validator = jsonschema.Draft202012Validator(SCHEMA)

    def test_the_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_the_schema_and_the_decoder_know_the_same_members(self):
        key = SCHEMA["$defs"]["key"]["properties"]
        approval = SCHEMA["$defs"]["approval"]["properties"]
        approver = SCHEMA["properties"]["approver"]["properties"]
        members = decoder_members()
        self.assertEqual(set(SCHEMA["properties"]), members["top"] | members["administrator_only"])
        self.assertEqual(members["administrator_only"], set(ADMINISTRATOR_ONLY))
        self.assertEqual(set(key), members["key"])
        self.assertEqual(set(key["timeouts"]["properties"]), members["timeouts"])
        self.assertEqual(set(approval), members["approval"])
        self.assertEqual(set(approval["exec"]["properties"]), members["exec"])
        self.assertEqual(set(approval["securosys_tsb"]["properties"]), members["securosys_tsb"])
        self.assertEqual(set(approver), members["approver"])
        self.assertEqual(set(approver["securosys_tsb"]["properties"]), members["approver_securosys_tsb"])
        self.assertEqual(set(key["quirks"]["items"]["enum"]), members["quirks"])

    def test_valid_examples_are_taken_by_both(self):
        for config in EXAMPLES["valid"] + SCHEMA["examples"]:
            with self.subTest(config=config):
                self.assertEqual(decode(config), "")
                self.validator.validate(config)

    def test_invalid_examples_are_refused_by_both(self):
        for config in EXAMPLES["invalid"]:
            with self.subTest(config=config):
                self.assertNotEqual(decode(config), "")
                self.assertFalse(self.validator.is_valid(config))

    def test_only_members_of_the_administrator_make_a_difference_for_users(self):
        for config in EXAMPLES["valid"] + SCHEMA["examples"]:
            with self.subTest(config=config):
                refused = decode(config, "user") != ""
                self.assertEqual(refused, any(name in config for name in ADMINISTRATOR_ONLY))


unittest.main()
