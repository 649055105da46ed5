"""The check for forgotten tasks finds them; tried in a run of its own, since it must fail."""

import pytest

FORGETFUL = """
    import asyncio
    import pytest

    pytest_plugins = ["tests.support.loop"]

    async def test_forgetful():
        asyncio.create_task(asyncio.sleep(600), name="forgotten")

    async def test_tidy():
        task = asyncio.create_task(asyncio.sleep(600))
        task.cancel()

    async def test_slow_to_end():
        asyncio.create_task(asyncio.sleep(0.05))

    def test_without_a_loop():
        pass
"""
INI = """
    [pytest]
    asyncio_mode = auto
    asyncio_default_fixture_loop_scope = session
    asyncio_default_test_loop_scope = session
"""


def test_a_forgotten_task_fails_its_own_test_alone(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(FORGETFUL)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(["*the test left tasks behind*sleep*"])
