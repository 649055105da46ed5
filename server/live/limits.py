"""Every limit of the live line, with its unit and its reason, in one place."""

from dataclasses import dataclass

FRAME_BYTES = 65_536  # one frame from a client; an SDP offer (32 KiB) fits, a file does not
TEXT_CHARACTERS = 4_000  # one chat message
EVENTS_PER_FRAME = 64  # a batch from the server, and the most requests in one frame of a client
FRAME_OUT_BYTES = 60_000  # a batch closes here, so that a client may hold the same frame limit as we
CATCH_UP_EVENTS = 500  # more than this was missed: a snapshot is cheaper
CATCH_UP_BYTES = 512 * 1024  # the same, of long messages
TAIL_EVENTS = 256  # kept in memory per active channel, and the most that are held while waiting for a gap


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person or connection may use. Tests and measurements may widen them."""

    channels_per_connection: int = 100
    connections_per_person: int = 10
    requests_per_second: float = 20.0
    burst: int = 60
    # Refused requests, net of those the rate allows again meanwhile, before the connection is closed.
    flood: int = 200
    requests_in_flight: int = 64  # per connection
    hello_seconds: float = 5.0
    # A reconnecting crowd is let in at a rate that half a core greets (below 2 ms each: workers share their cores with
    # the database and the bus); the rest gets a 503 at once.
    upgrades_per_second: float = 250.0
    upgrade_burst: int = 500
    recheck_seconds: float = 60.0
    ping_seconds: float = 25.0
    pong_seconds: float = 10.0
    stall_seconds: float = 10.0


# On SQLite the one process has a core to itself, and is the only door for everybody.
ALONE = Limits(upgrades_per_second=400.0)

# The ladder of pressure: bytes that wait in one connection's write buffer.
DROP_PASSING_BYTES = 64 * 1024  # passing events are dropped, of states the last is kept
DROP_EVENTS_BYTES = 256 * 1024  # events are dropped, and caught up from the position when it drains
CLOSE_BYTES = 1024 * 1024  # closed with 4009
