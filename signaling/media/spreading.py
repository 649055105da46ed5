"""A node among others, as far as rooms are concerned that are on several: what it asks them, and what they ask it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import ValidationError

from signaling.leases import CUT_OFF_S
from signaling.media import between
from signaling.media.between import Others
from signaling.media.branch import Branch
from signaling.media.dialling import Dialling, is_numeric
from signaling.media.faults import Faults
from signaling.media.ice import Credentials
from signaling.media.link import Link
from signaling.media.spread import ROOM_MOST, Budget, Share, needs_another, only_watches, seat
from signaling.media.trunk import Trunk
from signaling.protocol import Expel, Frame, Join, Joined, MediaError, Nothing, Remove, frame_of

if TYPE_CHECKING:
    from signaling.media.node import Node
    from signaling.media.room import Room

log = structlog.get_logger(__name__)

# Until two nodes are connected: two round trips of checks and handshake, and a busy loop.
LINK_S = 3.0
# A node to which no connection came about, or was lost, is left alone for so long.
UNFIT_S = 30.0
# How often others are looked for, where none could be had.
LOOK_EVERY_S = 3.0
# How often a branch is told again of tracks of which it did not hear.
FOLLOW_AGAIN_S = 1.0
# A branch in which nobody sits any more ends after this time.
IDLE_S = 30.0
# A branch that says nothing for so long has ended, though packets still go there: a node that Redis does not reach ends
# its calls by itself by then.
SILENT_S = CUT_OFF_S
# Connections with other nodes.
LINKS_MOST = 64
# What is asked about somebody who sits in a branch, and is answered there.
PASSED_ON = ("listen", "set_rights", "mute", "remove")


class Spreading:
    """What makes several nodes carry one room. Nothing runs before a room outgrows its budget."""

    def __init__(self, node: "Node", others: Others, budget: Budget) -> None:
        self._node = node
        self._others = others
        self._budget = budget
        self.links: dict[str, Link] = {}  # by life
        self._unfit: dict[str, float] = {}  # lives, and until when
        self._tasks: set[asyncio.Task[None]] = set()
        self.methods: dict[str, Callable[[Any], Awaitable[Frame]]] = {
            "dial": self._dialled,
            "extend": self._extended,
            "carry": self._carried,
            "seat": self._seated,
            "cut": self._cut,
            "people": self._told,
        }

    # -- as the home -----------------------------------------------------------------------------------------------

    async def seat(self, join: Join) -> Joined | None:
        """Let somebody in on a further node; None: they sit at home. Raises MediaError."""
        room = self._node.rooms.get(join.room)
        if room and room.trunk:  # the room was placed on this node anew
            self._node.end(room)
            room = None
        if room is None:
            return None
        branch = _branch_of(room, join.participant)
        if branch and not _may_stay(branch, join):
            await self._fetch(room, branch, join)
            branch = None
        elif branch is None and join.participant not in room.participants:
            branch = self._choose(room, join)
        return await self._seat_in(room, branch, join) if branch else None

    def _choose(self, room: "Room", join: Join) -> Branch | None:
        """Where a newcomer sits. Raises MediaError: nowhere."""
        if room.people >= ROOM_MOST:
            raise MediaError("unavailable", "the room is full")
        if not only_watches(join):
            return None
        home = Share(self._others.life, len(room.participants), room.bits_per_second, self._others.load)
        shares = [home, *(branch.share for branch in room.branches.values() if branch.is_open)]
        if needs_another(shares, self._budget):
            self._look_for_another(room)
        chosen = seat(shares, self._budget)
        return room.branches.get(chosen.life) if chosen else None

    async def _seat_in(self, room: "Room", branch: Branch, join: Join) -> Joined | None:
        try:
            return await branch.seat(join)
        except MediaError as error:
            if error.code not in ("unavailable", "not_found"):
                raise
            log.warning("branch_does_not_seat", room=room.id, life=branch.life, reason=error.message)
            self._give_up(room, branch)
            return None

    async def _fetch(self, room: "Room", branch: Branch, join: Join) -> None:
        """Somebody in a branch may send from now on: they come in anew at home. Raises MediaError: with a new
        connection (`moved`)."""
        known = branch.who(join.participant)
        assert known
        if join.generation < known.generation:
            raise MediaError("conflict", "generation: a newer connection is there")
        await self.pass_on("remove", Remove(room=room.id, participant=join.participant))
        if join.generation == known.generation:
            raise MediaError("moved", "who sends is carried elsewhere: come in anew")

    async def pass_on(self, method: str, given: Any) -> Mapping[str, Any] | None:
        """Have something done where somebody sits; None: that is here. Raises MediaError."""
        room = self._node.rooms.get(given.room) if method in PASSED_ON else None
        branch = _branch_of(room, given.participant) if room else None
        if room is None or branch is None:
            return None
        try:
            answer = await branch.pass_on(method, frame_of(given))
        except MediaError as error:
            if error.code != "unavailable":
                raise
            self._give_up(room, branch)  # what may not go on does not: nothing is sent there any more
            return {}
        if method == "remove":
            branch.remove(given.participant)
        return answer

    async def expel(self, given: Expel) -> None:
        """Put out who is just being seated: where they will sit, it may have been asked for before they come."""
        coming = [
            Remove(room=room.id, participant=join.participant)
            for room in self._node.rooms.values()
            for branch in room.branches.values()
            for join in branch.coming.values()
            if given.means(room.id, join.person, join.session)
        ]
        await asyncio.gather(*(self.pass_on("remove", each) for each in coming))

    async def settle(self) -> None:
        """Have all branches follow what was taken away. One that does not answer gets nothing any more."""
        pairs = [(room, branch) for room in self._node.rooms.values() for branch in room.branches.values()]
        await asyncio.gather(*(self._follow(room, branch) for room, branch in pairs if branch.stale and branch.is_open))

    async def _follow(self, room: "Room", branch: Branch) -> None:
        try:
            await branch.follow()
        except MediaError as error:
            log.warning("branch_does_not_follow", room=room.id, life=branch.life, reason=error.message)
            self._give_up(room, branch)

    def _give_up(self, room: "Room", branch: Branch) -> None:
        """Leave a node alone for a while; its people of this room come in anew."""
        if not branch.closed:
            self._unfit[branch.life] = self._node.mux.clock() + UNFIT_S
            room.drop(branch)

    # -- getting a further node ------------------------------------------------------------------------------------

    def _look_for_another(self, room: "Room") -> None:
        now = self._node.mux.clock()
        if now >= room.look_at:
            room.look_at = now + LOOK_EVERY_S
            self._begin(self._open(room))

    async def _open(self, room: "Room") -> None:
        now = self._node.mux.clock()
        self._unfit = {life: until for life, until in self._unfit.items() if now < until}
        taken = {self._others.life, *room.branches, *self._unfit}
        members = [member for member in await self._others.members() if member.life not in taken]
        if not members:
            log.info("no_further_node", room=room.id, people=room.people)
            return
        member = min(members, key=lambda each: (each.load, each.name))
        try:
            link = await self._connected(member.life)
            await self._open_on(room, link, member.load)
        except (MediaError, TimeoutError) as error:
            if not isinstance(error, MediaError) or error.code != "conflict":
                self._unfit[member.life] = self._node.mux.clock() + UNFIT_S
            raise MediaError("unavailable", f"{member.name}: {error or 'no connection'}") from None
        room.look_at = 0.0
        log.info("room_spreads", room=room.id, node=member.name, people=room.people)

    async def _open_on(self, room: "Room", link: Link, load: float) -> None:
        """Begin a branch. It is known before it is open: what it says of itself may arrive before its answer."""
        if self._node.rooms.get(room.id) is not room or not link.is_open or link.life in room.branches:
            raise MediaError("conflict", "the room or the connection has ended, or another attempt was faster")
        branch = room.branches[link.life] = Branch(room, link, self._others, load, self._begin)
        try:
            await branch.open()
        except MediaError:
            room.drop(branch)
            raise

    async def _connected(self, life: str) -> Link:
        """The connection with another node. Raises MediaError, TimeoutError."""
        link = self.links.get(life)
        if link is None:
            link = self._new_link(life)
            try:
                await self._dial(link)
            except MediaError:
                if self.links.get(life) is link:
                    del self.links[life]
                raise
        async with asyncio.timeout(LINK_S):
            await link.ready.wait()
        return link

    async def _dial(self, link: Link) -> None:
        mux, fragment = self._node.mux, Credentials.make().fragment
        given = between.Dial(life=self._others.life, fragment=fragment, fingerprint=mux.fingerprint)
        answer = between.Expected.model_validate(await self._others.ask(link.life, "dial", frame_of(given)))
        if self.links.get(link.life) is not link:
            raise MediaError("conflict", "the other node connects")
        remote = Credentials(answer.fragment, answer.password.encode())
        addresses = [(each.host, each.port) for each in answer.addresses if is_numeric(each.host)]
        dialling = Dialling(fragment, remote, addresses)
        link.use(mux.dial(dialling, [_fingerprint(answer.fingerprint)], link))

    def _new_link(self, life: str) -> Link:
        if len(self.links) >= LINKS_MOST:
            raise MediaError("unavailable", "too many nodes")
        link = self.links[life] = Link(self._node.mux, life, self._link_ended)
        return link

    def _link_ended(self, link: Link) -> None:
        """The other node is dead, or can't be reached: its branches are gone, and ours of its rooms have no home."""
        log.warning("link_ended", life=link.life)
        if self.links.get(link.life) is link:
            del self.links[link.life]
        for room in list(self._node.rooms.values()):
            branch = room.branches.get(link.life)
            if branch and branch.link is link:
                self._give_up(room, branch)
            elif room.trunk and room.trunk.link is link:
                self._node.end(room)

    # -- as a further node -----------------------------------------------------------------------------------------

    async def _dialled(self, given: between.Dial) -> Frame:
        """Expect another node. Where both want to connect at once, the one with the smaller name does."""
        known = self.links.get(given.life)
        if known and known.peer is None and self._others.life < given.life:
            raise MediaError("conflict", "it connects itself")
        if known:
            self._link_ended(known)
            known.close()
        link = self._new_link(given.life)
        link.use(self._node.mux.open(given.fragment, [_fingerprint(given.fingerprint)], "server", link))
        assert link.peer is not None
        ours = link.peer.side.local
        return between.Expected(
            fragment=ours.fragment,
            password=ours.password.decode(),
            fingerprint=self._node.mux.fingerprint,
            addresses=[between.Reached(host=host, port=port) for host, port in self._node.addresses],
        )

    async def _extended(self, given: between.Extend) -> Frame:
        link, room = self.links.get(given.home), self._node.rooms.get(given.room)
        if link is None or not link.is_open:
            raise MediaError("not_found", "link")
        if room and not room.trunk:
            raise MediaError("conflict", "this node is the room's home")
        if room:
            self._node.end(room)
        room = self._node.rooms[given.room] = self._node.new_room(given.room)
        room.trunk = Trunk(room, given.branch, link, self._others, lambda told: self._begin(self._tell(link, told)))
        room.trunk.carry(given.tracks)
        return Nothing()

    async def _carried(self, given: between.Carry) -> Frame:
        self._trunk(given.room, given.branch)[1].carry(given.tracks)
        return Nothing()

    async def _seated(self, given: between.Seat) -> Frame:
        room, trunk = self._trunk(given.join.room, given.branch)
        joined = self._node.admit(room, given.join)
        return between.Seated(sdp=joined.sdp, v=trunk.next())

    async def _cut(self, given: between.Cut) -> Frame:
        self._node.end(self._trunk(given.room, given.branch)[0])
        return Nothing()

    async def _tell(self, link: Link, told: between.People) -> None:
        """Tell the home; where it knows nothing of the branch, this is none any more."""
        try:
            await self._others.ask(link.life, "people", frame_of(told))
        except MediaError as error:
            room = self._node.rooms.get(told.room)
            if error.code == "not_found" and room and room.trunk and room.trunk.branch == told.branch:
                self._node.end(room)

    async def _told(self, given: between.People) -> Frame:
        room = self._node.rooms.get(given.room)
        for branch in room.branches.values() if room else ():
            if branch.id == given.branch:
                branch.hear(given, self._node.mux.clock())
                return Nothing()
        raise MediaError("not_found", "branch")

    def _trunk(self, room_id: str, branch: str) -> "tuple[Room, Trunk]":
        room = self._node.rooms.get(room_id)
        if room is None or room.trunk is None or room.trunk.branch != branch:
            raise MediaError("not_found", "branch")
        return room, room.trunk

    # -- time ------------------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """What is due: branches that must know of new tracks, those in which nobody sits, and silent ones."""
        for room in list(self._node.rooms.values()):
            for branch in list(room.branches.values()):
                if branch.is_open and branch.stale and now >= branch.follow_at:
                    branch.follow_at = now + FOLLOW_AGAIN_S
                    self._begin(self._try_to_follow(branch))
                if now - branch.heard_at > SILENT_S:
                    log.warning("branch_is_silent", room=room.id, life=branch.life)
                    self._give_up(room, branch)
                elif not branch.share.people and now - branch.empty_since > IDLE_S:
                    room.drop(branch)

    async def _try_to_follow(self, branch: Branch) -> None:
        try:
            await branch.follow()
        except MediaError:
            branch.stale = True  # nothing was taken away from anybody: there is time
            raise
        branch.follow_at = 0.0

    def _begin(self, doing: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(_logged(doing, self._node.mux.faults))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End all connections."""
        await asyncio.sleep(0)  # what is still to be said goes out
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in self.links.values():
            link.close()
        self.links.clear()


async def _logged(doing: Coroutine[Any, Any, Any], faults: Faults) -> None:
    try:
        await doing
    except (MediaError, ValidationError) as error:  # the latter: a node of another version
        log.warning("other_node_refuses", reason=str(error))
    except Exception as error:
        faults.note("between nodes", error)


def _branch_of(room: "Room", participant: str) -> Branch | None:
    """The branch in which somebody sits, or soon will: nobody sits in two places."""
    return next((branch for branch in room.branches.values() if branch.who(participant)), None)


def _may_stay(branch: Branch, join: Join) -> bool:
    """Whether somebody stays in a branch: also with the right to send, until they come in anew or make use of it."""
    known = branch.who(join.participant)
    return only_watches(join) or (not join.publish and known is not None and join.generation == known.generation)


def _fingerprint(value: str) -> tuple[str, str]:
    """As SDP writes it, in two parts."""
    algorithm, _, digits = value.partition(" ")
    return algorithm, digits
