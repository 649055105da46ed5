"""An error in the log fails the test that did not say so; tried in a run of its own, since it must fail."""

import pytest

TROUBLED = """
    import structlog
    from server.kernel.observe import set_up_logs
    from structlog.testing import capture_logs
    from tests.support.backend import settings_with
    from tests.support.trouble import expects_trouble

    pytest_plugins = ["tests.support.trouble"]
    log = structlog.get_logger("the application")

    def test_breaks():
        log.error("request_failed", exc_info=ValueError("the reason"))

    def test_comes_after():
        log.warning("something_odd")

    @expects_trouble
    def test_breaks_on_purpose():
        log.error("request_failed")

    def test_reads_the_log():
        with capture_logs() as told:
            log.error("request_failed")
        assert told

    def test_sets_up_logs():
        set_up_logs(settings_with())
        log.info("begun")

    def test_breaks_after_that():
        log.error("request_failed")
"""


def test_an_error_that_is_told_to_the_log_fails_its_own_test_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TROUBLED)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=6, errors=2)
    result.stdout.fnmatch_lines(["*test_breaks*", "*told of trouble: request_failed: ValueError('the reason')*"])
