"""For all integration tests: what was skipped was not tested, so it fails the run."""


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [kind for kind in ("skipped", "xfailed", "xpassed") if reporter.stats.get(kind)]
    if skipped and exitstatus == 0:
        reporter.write_line(f"{', '.join(skipped)}: a test that does not run is a failure", red=True)
        session.exitstatus = 1
