"""What the tests of the example programs share: a request, and the programs as an administrator installs them."""

import datetime
import json
import pathlib
import shutil
import subprocess

import pytest

EXAMPLES = pathlib.Path(__file__).parents[3] / "packaging/examples"


def time_text(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def make_request(request_id="00112233445566778899aabbccddeeff", lifetime=3600, **claims):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "id": request_id,
        "key": {"name": "release", "sha256": "b2" * 32, "spec": "EC-256"},
        "subject": {
            "artifact": {
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": "sha256:" + "c3" * 32,
                "size": 528,
                "annotations": {"verb": "redeem"},
            },
            "signingScheme": "notary.x509",
        },
        "created": time_text(now),
        "expires": time_text(now + datetime.timedelta(seconds=lifetime)),
        "claims": {"user": "runner", **claims},
    }


class Program:
    """An example program in the environment that the backend `exec` gives it."""

    def __init__(self, name, folder, *arguments):
        path = folder / name
        shutil.copy(EXAMPLES / name, path)
        self.command = [str(path), *map(str, arguments)]
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}

    def start(self, *arguments):
        return subprocess.Popen(
            [*self.command, *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments, stdin=""):
        return subprocess.run(
            [*self.command, *arguments], env=self.environment, input=stdin, capture_output=True, text=True, timeout=60
        )

    def ask(self, verb, request):
        done = self.run(stdin=json.dumps({"version": 1, "verb": verb, "request": request}))
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)


@pytest.fixture
def request_made():
    return make_request()
