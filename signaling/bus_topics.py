"""The topics of the bus on which servers and media nodes talk."""

# What nodes tell all servers.
EVENTS = "media:events"
# Rooms at LiveKit in which something changed.
LIVEKIT = "media:livekit"


def requests(life: str) -> str:
    """What a node is asked."""
    return f"media:node:{life}"


def answers(worker: str) -> str:
    """What a server is answered."""
    return f"media:worker:{worker}"
