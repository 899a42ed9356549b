"""Talks to the plugin's executable as notation does: one word, one JSON request, one JSON answer."""

import base64
import json
import subprocess
import time

HASH = {
    "RSA-2048": "SHA-256",
    "RSA-3072": "SHA-384",
    "RSA-4096": "SHA-512",
    "EC-256": "SHA-256",
    "EC-384": "SHA-384",
    "EC-521": "SHA-512",
}
ALGORITHM = {
    "RSA-2048": "PS256",
    "RSA-3072": "PS384",
    "RSA-4096": "PS512",
    "EC-256": "ES256",
    "EC-384": "ES384",
    "EC-521": "ES512",
}
NOTARY_PAYLOAD = "application/vnd.cncf.notary.payload.v1+json"


class Plugin:
    def __init__(self, executable, environment, folder):
        self.executable = executable
        self.environment = {name: str(value) for name, value in environment.items()}
        self.folder = folder

    def start(self, *words, **streams):
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        return subprocess.Popen(
            [str(self.executable), *words], env=self.environment, cwd=self.folder, start_new_session=True, **options
        )

    def say(self, word, request, timeout=60):
        """Gives back the exit status and the bytes of both streams."""
        child = self.start(word)
        try:
            out, err = child.communicate(
                request if isinstance(request, bytes) else json.dumps(request).encode(), timeout
            )
        except subprocess.TimeoutExpired:
            child.kill()
            raise
        return child.returncode, out, err

    def answer(self, word, request):
        code, out, err = self.say(word, request)
        assert code == 0 and err == b"", (code, out, err)
        return json.loads(out)

    def error(self, word, request):
        """The one error object; nothing may be on standard output."""
        code, out, err = self.say(word, request)
        assert code == 1 and out == b"", (code, out, err)
        return json.loads(err)


def describe_key(key_id, **config):
    return _with_config({"contractVersion": "1.0", "keyId": key_id}, config)


def generate_signature(key_id, spec, payload=None, **config):
    return _with_config(
        {
            "contractVersion": "1.0",
            "keyId": key_id,
            "keySpec": spec,
            "hashAlgorithm": HASH[spec],
            "payload": base64.b64encode(payload or jws_payload(spec)).decode(),
        },
        config,
    )


def jws_payload(spec):
    """A JWS signing input as notation 1.3.2 makes it."""
    header = {
        "alg": ALGORITHM[spec],
        "crit": ["io.cncf.notary.signingScheme"],
        "cty": NOTARY_PAYLOAD,
        "io.cncf.notary.signingScheme": "notary.x509",
        "io.cncf.notary.signingTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    body = {
        "targetArtifact": {
            "digest": "sha256:" + "0" * 64,
            "size": 1,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
        }
    }
    return b".".join(
        base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=")
        for part in (header, body)
    )


def _with_config(request, config):
    return {**request, **({"pluginConfig": config} if config else {})}
