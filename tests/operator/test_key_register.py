"""Registering a key with notation: the line for a shell, and running it."""

import json
import shutil
import sys

import pytest
from harness import process, tools
from harness.shapes import conforms


class Registry:
    """A key with its chain in the configuration, and notation with or without the plugin."""

    def __init__(self, desk):
        self.desk = desk
        desk.environment["PATH"] = f"{tools.pathlib.Path(tools.notation()).parent}:/usr/bin:/bin"
        desk.generate("EC-256", "release", "--id", "0a01")
        self.uri = f"pkcs11:token=e2e;object=release?module-path={desk.token.module}"
        desk.run("cert", "self-sign", self.uri, "--subject", "CN=release,O=Example,C=CH", "--out", "release.pem")
        self.configure(uri="pkcs11:token=e2e;object=release", module=str(desk.token.module),
                       chain_file=str(desk.folder / "release.pem"))  # fmt: skip
        self.plugin = desk.folder / ".config/notation/plugins/pkcs11/notation-pkcs11"

    def configure(self, **key):
        path = self.desk.folder / ".config/notation-pkcs11/config.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"version": 1, "keys": {"release": key}}))
        path.chmod(0o600)

    def install(self, mode=0o755):
        self.plugin.parent.mkdir(parents=True)
        shutil.copy(tools.product(), self.plugin)
        self.plugin.chmod(mode)
        return self

    def notation(self, *arguments):
        return process.succeed([tools.notation(), *arguments], self.desk.environment, cwd=self.desk.folder).out

    def register(self, *arguments, **options):
        return self.desk.run("key", "register", *(arguments or ["release"]), **options)

    @property
    def keys(self):
        path = self.desk.folder / ".config/notation/signingkeys.json"
        return json.loads(path.read_text()) if path.exists() else {"keys": []}


@pytest.fixture
def registry(desk):
    return Registry(desk)


def test_the_line_alone_is_printed_and_nothing_is_registered(registry):
    registry.install()
    registry.desk.compare("key-register", registry.register())
    assert registry.keys == {"keys": []}


def test_the_line_can_be_handed_to_a_shell(registry):
    registry.install()
    line = registry.register(registry.uri, "--chain-file", "release.pem", "--name", "it's mine").out
    process.succeed(["/bin/sh", "-c", line], registry.desk.environment, cwd=registry.desk.folder)
    (key,) = registry.keys["keys"]
    assert (key["name"], key["id"], key["pluginName"]) == ("it's mine", registry.uri, "pkcs11")
    assert key["pluginConfig"] == {"chain_file": str(registry.desk.folder / "release.pem")}


def test_a_name_with_a_line_break_stays_a_comment(registry):
    registry.install()
    name = "x\ntouch escaped #"
    others = {"keys": [{"name": name, "keyPath": "/a.key", "certPath": "/a.pem"}]}
    (registry.desk.folder / ".config/notation/signingkeys.json").write_text(json.dumps(others))
    answer = registry.register("release", "--name", name).out
    assert r"notation key delete $'x\ntouch escaped #'" in answer
    assert [line[0] for line in answer.splitlines()] == ["#", "#", "n"], answer
    process.run(["/bin/bash", "-c", answer], registry.desk.environment, cwd=registry.desk.folder)
    assert not (registry.desk.folder / "escaped").exists()


def test_run_registers_and_notation_has_the_key(registry):
    registry.install()
    registry.desk.compare("key-register-run", registry.register("release", "--run", "--default"))
    assert "* release" in registry.notation("key", "list")
    registry.desk.compare("key-register-again", registry.register("release", "--run", "--default"))
    again = conforms("key-register", registry.register("release", "--json").out)
    assert (again["registered"], again["wasRegistered"], again["problems"]) == (True, True, [])


def test_register_as_json_has_the_command_word_by_word(registry):
    registry.install()
    told = conforms("key-register", registry.register("release", "--json").out)
    assert told["command"] == ["notation", "key", "add", "--plugin", "pkcs11", "--id", "release", "release"]
    assert (told["registered"], told["keySpec"]) == (False, "EC-256")


def test_a_name_that_notation_has_for_another_key_is_told_and_refused(registry):
    registry.install()
    registry.notation("key", "add", "--plugin", "pkcs11", "--id", "other", "release")
    registry.desk.compare("key-register-taken", registry.register())
    registry.desk.compare("key-register-taken-run", registry.register("release", "--run", status=2))
    assert [key["id"] for key in registry.keys["keys"]] == ["other"]


def test_a_missing_plugin_is_told_with_the_command_that_installs_it(registry):
    registry.desk.compare("key-register-no-plugin-run", registry.register("release", "--run", status=2))
    told = conforms("key-register", registry.register("release", "--json").out)
    (problem,) = told["problems"]
    process.succeed(["/bin/sh", "-c", problem["fix"]], registry.desk.environment, cwd=registry.desk.folder)
    registry.register("release", "--run")


def test_a_plugin_that_cannot_be_run_is_told_with_the_command_that_cures_it(registry):
    registry.install(mode=0o644)
    (problem,) = json.loads(registry.register("release", "--json").out)["problems"]
    process.succeed(["/bin/sh", "-c", problem["fix"]], registry.desk.environment, cwd=registry.desk.folder)
    registry.register("release", "--run")


def test_without_notation_the_line_is_printed_all_the_same(registry):
    registry.install()
    registry.desk.environment["PATH"] = "/usr/bin:/bin"
    registry.desk.compare("key-register-no-notation", registry.register())
    assert "is not installed" in registry.register("release", "--run", status=2).err


def test_a_key_that_describe_key_refuses_is_not_registered(registry):
    registry.install()
    registry.configure(uri="pkcs11:token=e2e;object=release", module=str(registry.desk.token.module))
    registry.register("release", "--run", status=2)
    assert registry.keys == {"keys": []}


def test_what_belongs_in_the_configuration_file_is_not_handed_on(registry):
    registry.install()
    refused = registry.register(registry.uri, "--chain-file", "release.pem", "--quirk", "never-login", status=2)
    assert "--quirk" in refused.err


def test_a_uri_without_a_label_needs_a_name(registry):
    registry.install()
    uri = f"pkcs11:token=e2e;id=%0a%01?module-path={registry.desk.token.module}"
    assert "--name" in registry.register(uri, "--chain-file", "release.pem", status=2).err
    registry.register(uri, "--chain-file", "release.pem", "--name", "release", "--run")


def test_from_nothing_to_a_registered_key_by_script(registry):
    registry.install()
    read_key = f"{sys.executable} -c 'import json, sys; print(json.load(sys.stdin)[\"key\"])'"
    script = f"""set -e
key=$("$PRODUCT" key generate --module "$MODULE" --token e2e --label scripted --spec EC-384 --json | {read_key})
"$PRODUCT" cert self-sign "$key" --out scripted.pem
"$PRODUCT" key register "$key" --chain-file scripted.pem --run
"""
    environment = {**registry.desk.environment, "PRODUCT": tools.product(), "MODULE": registry.desk.token.module}
    process.succeed(["/bin/sh", "-c", script], environment, cwd=registry.desk.folder)
    assert "scripted" in registry.notation("key", "list")
