"""The pieces of the end-to-end tests are shared: their folder is on PYTHONPATH."""

import pytest
from authority import Authority
from desk import Desk
from harness.fake import FakeModule
from harness.token import Token

SKIPPED = 77  # what CTest reads as "skipped": every test of the file was


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter.stats.get("skipped") and not reporter.stats.get("passed"):
        session.exitstatus = SKIPPED


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, Token(tmp_path).create())


@pytest.fixture
def scripted(tmp_path):
    fake = FakeModule(tmp_path)
    fake.write("token label=e2e", "quirk quick-generate")
    return Desk(tmp_path, fake)


@pytest.fixture
def authority(tmp_path):
    folder = tmp_path / "ca"
    folder.mkdir()
    return Authority(folder)
