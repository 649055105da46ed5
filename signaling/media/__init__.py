"""The media node: a process of its own that forwards packets between the people in a call, without decoding them."""
