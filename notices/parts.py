"""What notices stand on besides the kernel, composed at the start."""

from notices import devices
from notices.keys import key_of
from notices.pushing import Pusher
from people.events import SessionRevoked
from people.own_data import OwnData
from server.kernel.parts import Kernel


def build(kernel: Kernel, own_data: OwnData) -> None:
    """Have notices sent, and devices forgotten with their sessions and their people. Raises BadKeyError."""
    key_of(kernel.settings)
    Pusher(kernel)
    own_data.register("notices", devices.collect, devices.erase)

    async def signed_out(happened: SessionRevoked) -> None:
        """The row goes at once; should this be missed, `devices.living` sends nothing there all the same."""
        async with kernel.database.write() as uow:
            await devices.forget_session(uow, happened.session_id)

    kernel.events.on(SessionRevoked, signed_out)
