"""How the reading process and the server write to each other: a length, then as many bytes."""

import struct

# Before each answer: how many bytes it has.
LENGTH = struct.Struct(">Q")
