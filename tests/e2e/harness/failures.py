"""Failures as a user meets them. Each prepares a scene and gives back what is passed to `notation sign`."""

import pathlib
import struct
from dataclasses import dataclass, field

from . import certs, tools
from .certs import Certificate, Profile
from .fake import FakeModule
from .faked import configure_release
from .host import PLUGIN


@dataclass
class Scene:
    """A key named `release` on the fake module, right in everything; a failure changes one thing."""

    host: object
    fake: FakeModule
    keys: object
    root: Certificate
    image: str
    settings: dict = field(default_factory=dict)

    def prepare(self):
        self.fake.with_key(self.keys("EC-256"))
        self.settings = configure_release(self.host, self.keys, self.root)
        return self

    def chain(self, name, certificates):
        certs.write_chain(self.host.folder / name, certificates)

    def rules(self, *lines, token=""):
        self.fake.with_key(self.keys("EC-256"), *lines, token=token)

    def library(self, content, name="module.so", mode=0o644):
        path = self.host.folder / "modules" / name
        path.parent.mkdir(mode=0o755, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
        self.settings["module"] = path
        return path


def wrong_architecture(scene):
    image = bytearray(scene.fake.module.read_bytes())
    machine = struct.unpack_from("<H", image, 18)[0]
    struct.pack_into("<H", image, 18, 183 if machine != 183 else 62)
    scene.library(image)


def not_a_module(scene):
    library = tools.first_existing(sorted(pathlib.Path("/usr/lib").glob("*/libm.so.6")), "no libm.so.6 here")
    scene.library(library.read_bytes())


def module_writable(scene):
    scene.library(scene.fake.module.read_bytes(), mode=0o666)


def module_folder_writable(scene):
    scene.library(scene.fake.module.read_bytes()).parent.chmod(0o777)


def no_token(scene):
    scene.fake.write("empty-slot")


def wrong_label(scene):
    scene.settings["uri"] = "pkcs11:token=e2f;object=release"


def wrong_object(scene):
    scene.settings["uri"] = "pkcs11:token=e2e;object=relase"


def two_keys(scene):
    """Without a chain file; the key of its leaf would decide."""
    del scene.settings["chain_file"]
    scene.rules(f'key P-384 label=release id=02 pem="{scene.keys("EC-384").path}"')


def wrong_pin(scene):
    scene.host.pin_file("4321")


def pin_locked(scene):
    scene.rules(token="locked")


def final_try(scene):
    scene.rules(token="final-try")


def no_pin_source(scene):
    del scene.settings["pin_source"]


def pin_variable_not_set(scene):
    scene.settings["pin_source"] = "env:RELEASE_PIN"


def pin_file_missing(scene):
    (scene.host.folder / "pin").unlink()


def pin_file_readable(scene):
    scene.host.pin_file("1234", mode=0o644)


def pin_prompt_without_terminal(scene):
    scene.settings["pin_source"] = "prompt"


def chain_incomplete(scene):
    scene.chain("chain.pem", [Certificate(Profile(), scene.keys("EC-256"), scene.root)])


def chain_file_missing(scene):
    (scene.host.folder / "chain.pem").unlink()


def chain_of_another_key(scene):
    scene.chain("chain.pem", [Certificate(Profile(), scene.keys("EC-256", "another leaf"), scene.root), scene.root])


def no_certificate(scene):
    del scene.settings["chain_file"]


def leaf_expired(scene):
    expired = Profile(not_before=-10 * certs.DAY, not_after=-certs.DAY)
    scene.chain("chain.pem", [Certificate(expired, scene.keys("EC-256"), scene.root), scene.root])


def rules(*lines, **timeouts):
    def prepare(scene):
        scene.rules(*lines)
        if timeouts:
            scene.settings["timeouts"] = timeouts

    return prepare


def settings(**changes):
    return lambda scene: scene.settings.update(changes)


def key_id(text):
    """Another --id than the key's name."""
    return lambda scene: ["--id", text]


def plugin_config(*entries):
    return lambda scene: ["--id", "release", *(part for entry in entries for part in ("--plugin-config", entry))]


def configuration(text):
    """Another configuration file altogether."""

    def prepare(scene):
        scene.settings.clear()
        path = scene.host.folder / "config.json"
        path.write_text(text)
        path.chmod(0o600)

    return prepare


FAILURES = {
    "module missing": settings(module="/usr/lib/no-such-module.so"),
    "module path relative": settings(module="libsofthsm2.so"),
    "module of another architecture": wrong_architecture,
    "module is text": lambda scene: scene.library(b"GROUP ( libsofthsm2.so )\n"),
    "library that is no module": not_a_module,
    "module writable by others": module_writable,
    "module in a folder writable by others": module_folder_writable,
    "no token": no_token,
    "wrong token label": wrong_label,
    "wrong key label": wrong_object,
    "two keys": two_keys,
    "wrong pin": wrong_pin,
    "pin locked": pin_locked,
    "pin on its final try": final_try,
    "no pin source": no_pin_source,
    "pin variable not set": pin_variable_not_set,
    "pin file missing": pin_file_missing,
    "pin file readable by others": pin_file_readable,
    "pin prompt without a terminal": pin_prompt_without_terminal,
    "chain incomplete": chain_incomplete,
    "chain file missing": chain_file_missing,
    "chain of another key": chain_of_another_key,
    "no certificate": no_certificate,
    "leaf expired": leaf_expired,
    "module hangs at start": rules("hang C_Initialize", initialise=1),
    "module hangs while signing": rules("hang C_Sign", sign=1),
    "module crashes at start": rules("crash C_Initialize"),
    "module crashes while signing": rules("crash C_Sign"),
    "module ends the process": rules("exit C_Login 3"),
    "token removed while signing": rules("fail C_Sign CKR_DEVICE_REMOVED"),
    "token out of sessions": rules("fail C_OpenSession CKR_SESSION_COUNT"),
    "key may not sign": rules("fail C_SignInit CKR_KEY_FUNCTION_NOT_PERMITTED"),
    "unknown return value": rules("fail C_SignInit 0x80000102"),
    "signature does not verify": rules("quirk signature garbage"),
    "id cut by the shell": key_id("pkcs11:token=e2e"),
    "unknown key name": key_id("relase"),
    "uri without module": key_id("pkcs11:token=e2e;object=release"),
    "pin in the uri": key_id("pkcs11:token=e2e;object=release?pin-value=1234"),
    "unknown uri attribute": key_id("pkcs11:tokn=e2e;object=release"),
    "pin in the plugin configuration": plugin_config("pin=1234"),
    "unknown plugin configuration": plugin_config("chainfile=chain.pem"),
    "configuration is not json": configuration("{keys: release}"),
    "configuration with an unknown member": configuration(
        '{"version": 1, "keys": {"release": {"url": "pkcs11:object=release"}}}'
    ),
    "configuration of a later version": configuration('{"version": 2, "keys": {}}'),
}


def sign(name, scene):
    """Plays the failure and gives back what notation prints."""
    arguments = FAILURES[name](scene)
    if scene.settings:
        scene.host.configure_key("release", **scene.settings)
    if not isinstance(arguments, list):
        arguments = ["--id", "release"]
    return scene.host.fail("sign", "--oci-layout", "--plugin", PLUGIN, *arguments, scene.image).err
