"""A position that no log has reached is called wrong on SQLite and on PostgreSQL, by whichever worker one asks."""

from contextlib import AsyncExitStack

from server.kernel.parts import Kernel
from server.live.log import Append
from tests.server.live.ground import ANNA, HALL, Fair, build, serving


async def test_a_position_above_the_top_is_not_recovered_and_one_at_the_top_is(kernels: list[Kernel]) -> None:
    fair = Fair()
    async with AsyncExitStack() as stack:
        worlds = [await stack.enter_async_context(serving(build(kernel, fair), fair)) for kernel in kernels]
        for number in range(2):
            await worlds[0].live.log.append(Append(HALL, "cara", None, "said", {"text": f"{number}"}))
        async with worlds[0].client(ANNA, [HALL]) as anna:
            epoch = anna.welcome["channels"][HALL]["epoch"]
        for world in worlds:
            for position in (2, 3, 99):
                async with world.client(ANNA, {HALL: {"s": position, "epoch": epoch}}) as again:
                    state = again.welcome["channels"][HALL]
                    assert (state["recovered"], state["top"]) == (position == 2, 2)
