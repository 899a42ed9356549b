"""Images as OCI layouts on disk, and a registry on loopback to push them to."""

import hashlib
import http.client
import json
import signal
import socket
import subprocess
import time

from . import process, tools

OCI = "application/vnd.oci.image."
MANIFEST = OCI + "manifest.v1+json"


def make_layout(folder, content, tag="v1"):
    """Writes an image of one layer into an OCI layout and gives back the manifest's digest."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def put(data):
        name = hashlib.sha256(data).hexdigest()
        (blobs / name).write_bytes(data)
        return {"digest": "sha256:" + name, "size": len(data)}

    layer = put(content.encode())
    config = put(
        json.dumps(
            {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}
        ).encode()
    )
    manifest = put(
        json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {"mediaType": OCI + "config.v1+json", **config},
                "layers": [{"mediaType": OCI + "layer.v1.tar", **layer}],
            }
        ).encode()
    )
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(
        json.dumps(
            {
                "schemaVersion": 2,
                "manifests": [
                    {"mediaType": MANIFEST, **manifest, "annotations": {"org.opencontainers.image.ref.name": tag}}
                ],
            }
        )
    )
    return manifest["digest"]


class Registry:
    """Debian's docker-registry on a free port of loopback; ended with the test session. It has no referrers API."""

    name = "docker-registry"

    def __init__(self, folder):
        self._folder = folder
        for _ in range(5):
            self.port = free_port()
            with open(folder / f"{self.name}.log", "wb") as log:
                self._child = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            if self._answers():
                return
            self.close()
        raise AssertionError(f"{self.name} does not start: " + (folder / f"{self.name}.log").read_text())

    def _command(self):
        configuration = self._folder / "registry.yml"
        configuration.write_text(
            json.dumps(
                {
                    "version": "0.1",
                    "log": {"level": "error"},
                    "storage": {
                        "filesystem": {"rootdirectory": str(self._folder / "store")},
                        "delete": {"enabled": True},
                    },
                    "http": {"addr": self.host},
                }
            )
        )
        return [tools.docker_registry(), "serve", str(configuration)]

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def close(self):
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()

    def push(self, layout, repository, tag="v1"):
        """Pushes everything the layout holds; the manifest goes last."""
        index = json.loads((layout / "index.json").read_text())
        manifest = index["manifests"][0]["digest"]
        content = json.loads(self._blob(layout, manifest))
        for digest in [content["config"]["digest"], *(layer["digest"] for layer in content["layers"])]:
            self._upload(repository, digest, self._blob(layout, digest))
        self.put_manifest(repository, tag, self._blob(layout, manifest))
        return manifest

    def put_manifest(self, repository, reference, content, media_type=MANIFEST):
        status, _ = self._request(
            "PUT", f"/v2/{repository}/manifests/{reference}", content, {"Content-Type": media_type}
        )
        assert status == 201, f"pushing {repository}:{reference}: {status}"

    def _upload(self, repository, digest, content):
        status, headers = self._request("POST", f"/v2/{repository}/blobs/uploads/")
        assert status == 202, f"starting an upload to {repository}: {status}"
        place = headers["Location"].split(self.host, 1)[-1]
        status, _ = self._request(
            "PUT",
            f"{place}{'&' if '?' in place else '?'}digest={digest}",
            content,
            {"Content-Type": "application/octet-stream"},
        )
        assert status == 201, f"uploading {digest} to {repository}: {status}"

    @staticmethod
    def _blob(layout, digest):
        return (layout / "blobs/sha256" / digest.removeprefix("sha256:")).read_bytes()

    def referrers(self, repository, digest):
        """What the referrers API says, or None where there is none."""
        status, _, body = self._exchange("GET", f"/v2/{repository}/referrers/{digest}")
        return json.loads(body)["manifests"] if status == 200 else None

    def _request(self, method, path, body=b"", headers=None):
        return self._exchange(method, path, body, headers)[:2]

    def _exchange(self, method, path, body=b"", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, dict(answer.getheaders()), content
        finally:
            connection.close()

    def _answers(self):
        for _ in range(200):
            if self._child.poll() is not None:
                return False
            try:
                return self._request("GET", "/v2/")[0] == 200
            except OSError:
                time.sleep(0.05)
        return False


class ReferrersRegistry(Registry):
    """The same with the referrers API; it keeps everything in memory."""

    name = "referrers"

    def _command(self):
        return [tools.referrers_registry(), self.host]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def attach(oras, reference, file, artifact_type, environment):
    """Attaches a file to an image with oras and gives back the digest of the artifact's manifest."""
    result = process.succeed(
        [
            oras,
            "attach",
            "--plain-http",
            "--format",
            "json",
            "--artifact-type",
            artifact_type,
            reference,
            f"{file.name}:{artifact_type}",
        ],
        environment,
        cwd=file.parent,
    )
    return json.loads(result.out)["digest"]


def move_signature(layout, target, subject):
    """Copies the one signature of a layout into another layout, as a signature of the subject there."""
    signature = next(entry for entry in _index(layout) if _artifact_type(layout, entry))
    manifest = json.loads(_read(layout, signature["digest"]))
    for part in [manifest["config"], *manifest["layers"]]:
        _write(target, _read(layout, part["digest"]))
    entry = next(entry for entry in _index(target) if entry["digest"] == subject)
    manifest["subject"] = {name: entry[name] for name in ("mediaType", "digest", "size")}
    _add(target, manifest)


def change_envelope(layout, change):
    """Puts a changed JWS envelope in the place of the one that the layout's signature names."""
    index = _index(layout)
    signature = next(entry for entry in index if _artifact_type(layout, entry))
    manifest = json.loads(_read(layout, signature["digest"]))
    envelope = json.dumps(change(json.loads(_read(layout, manifest["layers"][0]["digest"])))).encode()
    manifest["layers"][0].update(_write(layout, envelope))
    _store_index(layout, [entry for entry in index if entry is not signature])
    _add(layout, manifest)


def _artifact_type(layout, entry):
    return "subject" in json.loads(_read(layout, entry["digest"]))


def _index(layout):
    return json.loads((layout / "index.json").read_text())["manifests"]


def _store_index(layout, manifests):
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}))


def _add(layout, manifest):
    stored = _write(layout, json.dumps(manifest).encode())
    _store_index(
        layout, [*_index(layout), {"mediaType": MANIFEST, "artifactType": manifest["config"]["mediaType"], **stored}]
    )


def _read(layout, digest):
    return (layout / "blobs/sha256" / digest.removeprefix("sha256:")).read_bytes()


def _write(layout, content):
    name = hashlib.sha256(content).hexdigest()
    (layout / "blobs/sha256" / name).write_bytes(content)
    return {"digest": "sha256:" + name, "size": len(content)}
