"""What `notation sign` prints when something is wrong, exactly. The texts are in messages/failures: read them aloud."""

import pytest
from harness import golden, oci
from harness.failures import FAILURES, Scene, sign
from harness.fake import FakeModule
from harness.host import Host


@pytest.fixture
def token(tmp_path):
    return FakeModule(tmp_path)


@pytest.fixture
def scene(tmp_path, libexec, token, keys, root):
    host = Host(tmp_path, libexec, token)
    image = f"{tmp_path}/image@{oci.make_layout(tmp_path / 'image', 'content')}"
    return Scene(host, token, keys, root, image).prepare()


@pytest.mark.parametrize("failure", FAILURES)
def test_the_user_reads(scene, failure):
    text = scene.host.normalise(sign(failure, scene)).replace(str(scene.fake.module), "<module>")
    assert "1234" not in text and "4321" not in text
    golden.compare(f"failures/{failure.replace(' ', '-')}", text)


def test_a_right_scene_signs(scene):
    scene.host.configure_key("release", **scene.settings)
    scene.host.succeed("sign", "--oci-layout", "--plugin", "pkcs11", "--id", "release", scene.image)
