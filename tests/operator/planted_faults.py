"""One function for each fault that `doctor` must find, and what it must say of it."""

import datetime
import os
import shutil
import time
from dataclasses import dataclass, field
from typing import Callable

from clinic import KEY
from cryptography.x509.oid import ExtendedKeyUsageOID
from harness import certs, tools
from harness.approvals import key_hash
from harness.certs import Certificate, Profile, Usage, authority

DAY = datetime.timedelta(days=1)
FAILED, WARNED = "\u2717", "!"


@dataclass
class Fault:
    plant: Callable
    check: str  # name of the first check that does not pass
    says: str  # stands in its line
    cured: bool = False  # the command that it prints cures it
    mark: str = FAILED
    arguments: list = field(default_factory=list)

    @property
    def name(self):
        return self.plant.__name__


FAULTS = []


def fault(check, says, **more):
    def register(plant):
        FAULTS.append(Fault(plant, check, says, **more))
        return plant

    return register


# our own files


@fault("configuration", "is writable by its group or by others", cured=True)
def config_writable_by_the_group(clinic):
    clinic.config.chmod(0o660)


@fault("configuration", "did you mean chain_file?")
def unknown_member(clinic):
    clinic.configure(chainfile="chain.pem")


@fault("configuration", "not valid JSON")
def config_is_no_json(clinic):
    clinic.config.write_text("{'version': 1}")


@fault("configuration", "did you mean no-finalize?")
def unknown_quirk(clinic):
    clinic.configure(quirks=["no-finalise"])


@fault("settings", "names no object and no id")
def uri_that_names_no_key(clinic):
    clinic.configure(uri="pkcs11:token=e2e")


@fault("settings", "is not configured", arguments=["relase"])
def key_name_with_a_typo(clinic):
    pass


@fault("state-folder", "others may enter it", cured=True, mark=WARNED)
def state_folder_open_to_others(clinic):
    (clinic.folder / "state/notation-pkcs11").mkdir(parents=True, mode=0o755)


@fault("pin-source", "is open to others than its owner", cured=True)
def pin_file_readable_by_others(clinic):
    clinic.pin_file.chmod(0o644)


@fault("pin-source", "there is no such file")
def pin_file_missing(clinic):
    clinic.pin_file.unlink()


@fault("pin-source", "environment variable RELEASE_PIN is not set")
def pin_variable_not_set(clinic):
    clinic.configure(pin_source="env:RELEASE_PIN")


@fault("clock", "this machine's clock is behind")
def clock_behind_by_a_year(clinic):
    """Seen from the clock, the files are from next year."""
    next_year = time.time() + 365 * 86400
    os.utime(clinic.config, (next_year, next_year))


# notation


@fault("notation", "notation is not installed")
def notation_missing(clinic):
    clinic.environment["PATH"] = "/usr/bin:/bin"


@fault("plugin", "notation has no plugin pkcs11", cured=True)
def plugin_not_installed(clinic):
    shutil.rmtree(clinic.plugin.parent)


@fault("plugin", "cannot run the plugin", cured=True)
def plugin_not_executable(clinic):
    clinic.plugin.unlink()
    shutil.copy(tools.product(), clinic.plugin)
    clinic.plugin.chmod(0o644)


@fault("plugin", "another version than this one", cured=True)
def plugin_of_another_version(clinic):
    clinic.plugin.unlink()
    clinic.plugin.write_text("#!/bin/sh\necho notation-pkcs11 0.0.1\n")
    clinic.plugin.chmod(0o755)


@fault("notation-key", "none has the id", cured=True, mark=WARNED)
def key_not_registered(clinic):
    (clinic.folder / "notation/signingkeys.json").unlink()


@fault("notation-key", "signingkeys.json")
def list_of_keys_damaged(clinic):
    clinic.write("notation/signingkeys.json", "{", 0o600)


@fault("default-key", 'default key "other" is another key of ours', cured=True, mark=WARNED)
def another_default_key(clinic):
    clinic.register("other", default="other", key_id="other")
    clinic.shell("notation key add --plugin pkcs11 --id release release")


@fault("trust-policy", "there is none", mark=WARNED)
def trust_policy_missing(clinic):
    (clinic.folder / "notation/trustpolicy.json").unlink()


@fault("trust-policy", "is empty", cured=True)
def trust_store_empty(clinic):
    clinic.trust(None)


@fault("trust-policy", "does not exist", cured=True)
def trust_store_missing(clinic):
    shutil.rmtree(clinic.folder / "notation/truststore")


@fault("trusted-root", "no trust store of the policy holds the root", cured=True, mark=WARNED)
def trust_store_with_another_root(clinic):
    clinic.trust(Certificate(authority("other"), certs.Key("EC-256", clinic.folder / "other.key")))


# the module


@fault("module-file", "there is no such file")
def module_missing(clinic):
    clinic.configure(module="/usr/lib/nowhere/libsofthsm2.so")


@fault("module-file", "it is writable by its group or by others", cured=True)
def module_writable_by_others(clinic):
    clinic.module(clinic.token.module.read_bytes()).chmod(0o777)


@fault("module-file", "its folder", cured=True)
def module_in_a_folder_writable_by_others(clinic):
    clinic.module(clinic.token.module.read_bytes()).parent.chmod(0o777)


@fault("module-file", "is built for musl (it needs libc.musl-x86_64.so.1)")
def module_for_musl(clinic):
    clinic.compile("int C_GetFunctionList(void **list) { return 5; }", libraries=["libc.musl-x86_64.so.1"])


@fault("load", "it is not a shared library")
def module_is_text(clinic):
    clinic.module(b"GROUP ( libsofthsm2.so )\n")


def with_header(clinic, **changes):
    header = bytearray(clinic.token.module.read_bytes())
    header[4] = changes.get("word_size", header[4])
    header[18:20] = changes["machine"].to_bytes(2, "little")
    clinic.module(bytes(header))


@fault("load", "it is built for aarch64")
def module_for_arm64(clinic):
    with_header(clinic, machine=183)


@fault("load", "it is built for x86 (32 bits)")
def module_of_32_bits(clinic):
    with_header(clinic, machine=3, word_size=1)


@fault("load", "libvendor_base.so.3: cannot open shared object file")
def module_with_a_missing_dependency(clinic):
    clinic.compile("int C_GetFunctionList(void **list) { return 5; }", libraries=["libvendor_base.so.3"])


@fault("load", "it has no C_GetFunctionList")
def library_that_is_no_module(clinic):
    clinic.compile("int answer(void) { return 42; }")


@fault("initialise", "the module crashed in C_Initialize")
def module_dies_at_its_start(clinic):
    clinic.token.with_key(clinic.key, "crash C_Initialize")


@fault("initialise", "the module did not answer within 1 s in C_Initialize")
def module_hangs_at_its_start(clinic):
    clinic.token.with_key(clinic.key, "hang C_Initialize")
    clinic.configure(timeouts={"initialise": 1})


@fault("initialise", "CKR_GENERAL_ERROR")
def module_refuses_to_start(clinic):
    clinic.token.with_key(clinic.key, "fail C_Initialize CKR_GENERAL_ERROR")


@fault("vendor-settings", "environment variable CS_PKCS11_R3_CFG is not set")
def vendor_variable_not_set(clinic):
    clinic.module(clinic.token.module.read_bytes(), "libcs_pkcs11_R3.so")


@fault("vendor-settings", "SOFTHSM2_CONF names")
def softhsm_configuration_missing(clinic):
    clinic.use_softhsm()
    clinic.token.configuration.unlink()


@fault("vendor-settings", "sets no directories.tokendir")
def softhsm_configuration_empty(clinic):
    clinic.use_softhsm()
    clinic.token.configuration.write_text("log.level = ERROR\n")


@fault("vendor-settings", "No such file or directory", cured=True)
def token_folder_missing(clinic):
    clinic.use_softhsm()
    shutil.rmtree(clinic.token.folder / "tokens")


@fault("vendor-settings", "Permission denied", cured=True)
def token_folder_closed(clinic):
    clinic.use_softhsm()
    (clinic.token.folder / "tokens").chmod(0)
    if os.geteuid() == 0:  # root without the power to pass over permissions
        powers = "-dac_override,-dac_read_search"
        clinic.prefix = [tools.need("setpriv", "apt-get install util-linux"), f"--bounding-set={powers}", "--"]


# the token


@fault("token", "no such token is present")
def token_label_with_a_typo(clinic):
    clinic.configure(uri="pkcs11:token=e2f;object=release")


@fault("token", "is not initialised")
def token_not_initialised(clinic):
    clinic.token.write("token label=e2e uninitialised")


@fault("token", "CKR_SESSION_COUNT")
def token_out_of_sessions(clinic):
    clinic.token.with_key(clinic.key, "fail C_OpenSession CKR_SESSION_COUNT")
    clinic.configure(busy_wait=0)


@fault("pin-state", "it is locked")
def pin_locked(clinic):
    clinic.token.with_key(clinic.key, token="locked")


@fault("pin-state", "one try is left")
def pin_on_its_final_try(clinic):
    clinic.token.with_key(clinic.key, token="final-try")


@fault("pin-state", "wants it changed first")
def pin_to_be_changed(clinic):
    clinic.token.with_key(clinic.key, token="to-be-changed")


@fault("pin-state", "has no user PIN yet")
def pin_never_set(clinic):
    clinic.token.with_key(clinic.key, token="no-user-pin")


@fault("pin-state", "wrong PINs have been tried", mark=WARNED)
def wrong_pins_tried(clinic):
    clinic.token.with_key(clinic.key, token="count-low")


@fault("pin-state", "NOTATION_PKCS11_PIN is not set and there is no terminal")
def nobody_to_ask_for_the_pin(clinic):
    clinic.configure(pin_source=None)


@fault("login", "the PIN is wrong", arguments=[KEY, "--login"])
def wrong_pin(clinic):
    clinic.pin_file.write_text("7391\n")


# the key


@fault("key", "no key of that label is on the token", arguments=[KEY, "--login"])
def key_missing(clinic):
    clinic.configure(uri="pkcs11:token=e2e;object=relase")


@fault("key", "object=relase is visible")
def key_missing_among_those_that_are_visible(clinic):
    clinic.configure(uri="pkcs11:token=e2e;object=relase")


@fault("key", "only a certificate of pkcs11:token=e2e;object=release is visible")
def key_gone_and_its_certificate_left(clinic):
    clinic.token.write(
        "token label=e2e", f'certificate pem="{clinic.folder}/chain.pem" label=release id=01', "key P-256 label=other id=02"
    )


@fault("key", "there is no private key", arguments=[KEY, "--login"])
def key_without_its_private_half(clinic):
    clinic.token.write("token label=e2e", f'key P-256 label=release id=01 pem="{clinic.key.path}" private=no')


@fault("key", "is visible", mark=WARNED)
def key_on_a_token_that_hides_all(clinic):
    clinic.token.write("token label=e2e", f'key P-256 label=release id=01 pem="{clinic.key.path}" public=hidden')


@fault("key", "no key of that label is on the token")
def key_missing_where_no_login_is_needed(clinic):
    clinic.token.with_key(clinic.key, token="no-login")
    clinic.configure(uri="pkcs11:token=e2e;object=relase")


@fault("key", "2 different keys match")
def two_keys_of_one_label(clinic):
    clinic.configure(chain_file=None)
    clinic.token.with_key(clinic.key, "key P-384 label=release id=02")


@fault("attributes", "can be read from the token")
def key_that_can_be_read(clinic):
    clinic.token.write("token label=e2e", f'key P-256 label=release id=01 pem="{clinic.key.path}" private=visible '
                       "sensitive=no extractable")  # fmt: skip


@fault("attributes", "is extractable", mark=WARNED)
def key_that_can_be_wrapped(clinic):
    clinic.token.write("token label=e2e", f'key P-256 label=release id=01 pem="{clinic.key.path}" private=visible '
                       "extractable")  # fmt: skip


@fault("attributes", "may not sign", arguments=[KEY, "--login"])
def key_that_may_not_sign(clinic):
    clinic.token.write("token label=e2e", f'key P-256 label=release id=01 pem="{clinic.key.path}" sign=no')


@fault("mechanism", "does not announce CKM_ECDSA", mark=WARNED)
def mechanism_not_announced(clinic):
    clinic.token.with_key(clinic.key, "mechanisms generate")


@fault("signature", "CKR_MECHANISM_INVALID", arguments=[KEY, "--sign"])
def mechanism_missing(clinic):
    clinic.token.with_key(clinic.key, "mechanisms generate")


@fault("signature", "does not verify", arguments=[KEY, "--sign"])
def private_half_of_another_key(clinic):
    clinic.token.with_key(clinic.key, "quirk signature garbage")


# the certificates


@fault("certificates", "expired on")
def leaf_expired(clinic):
    clinic.issue(profile=Profile(not_before=-30 * DAY, not_after=-DAY))


@fault("certificates", "is not valid before")
def leaf_not_valid_yet(clinic):
    clinic.issue(profile=Profile(not_before=300 * DAY))


@fault("certificates", "expires in", mark=WARNED)
def leaf_expires_soon(clinic):
    clinic.issue(profile=Profile(not_after=5 * DAY))


@fault("certificates", "is missing")
def intermediate_missing(clinic):
    between = Certificate(authority("between"), certs.Key("EC-256", clinic.folder / "between.key"), clinic.root)
    clinic.issue(between)
    certs.write_chain(clinic.folder / "chain.pem", [clinic.leaf, clinic.root])


@fault("certificates", "is alone")
def root_missing(clinic):
    certs.write_chain(clinic.folder / "chain.pem", [clinic.leaf])


@fault("certificates", "chain.pem")
def chain_in_reverse_order(clinic):
    certs.write_chain(clinic.folder / "chain.pem", [clinic.root, clinic.leaf])


@fault("certificates", "must not have: keyEncipherment")
def wrong_key_usage(clinic):
    clinic.issue(profile=Profile(usage=Usage(("digital_signature", "key_encipherment"))))


@fault("certificates", "extended key usage serverAuth")
def wrong_extended_key_usage(clinic):
    clinic.issue(profile=Profile(extended=(ExtendedKeyUsageOID.SERVER_AUTH,)))


@fault("certificates", "there is no such file")
def chain_file_missing(clinic):
    (clinic.folder / "chain.pem").unlink()


@fault("key-match", "is for another key")
def chain_file_of_another_key(clinic):
    clinic.issue(key=certs.Key("EC-256", clinic.folder / "another.key"))


# approvals and audit


def with_approval(clinic, program, sha256=None):
    approval = {"public_key": sha256 or key_hash(clinic.key), "backend": "exec", "exec": {"command": [str(program)]}}
    clinic.configure(approval=approval)


@fault("approval", "there is no such file")
def approval_program_missing(clinic):
    with_approval(clinic, clinic.folder / "gate")


@fault("approval", "it may not be run", cured=True)
def approval_program_not_executable(clinic):
    with_approval(clinic, clinic.write("gate", "#!/bin/sh\n", 0o644))


@fault("approval", "its approval is for another public key")
def approval_for_another_key(clinic):
    with_approval(clinic, clinic.write("gate", "#!/bin/sh\n", 0o755), "0" * 64)


@fault("audit", "audit.jsonl")
def audit_log_cannot_be_written(clinic):
    clinic.configure(audit="required")
    folder = clinic.folder / "state/notation-pkcs11"
    folder.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    (folder / "audit.jsonl").mkdir()


@fault("approval", "127.0.0.1")
def approval_service_not_reachable(clinic):
    service = {"url": "https://127.0.0.1:9", "key": "release"}
    approval = {"public_key": key_hash(clinic.key), "backend": "securosys-tsb", "securosys_tsb": service}
    clinic.configure(uri=None, module=None, pin_source=None, approval=approval)
