"""The pieces of the end-to-end tests are shared: their folder is on PYTHONPATH."""

SKIPPED = 77  # what CTest reads as "skipped": every test of the file was


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter.stats.get("skipped") and not reporter.stats.get("passed"):
        session.exitstatus = SKIPPED
