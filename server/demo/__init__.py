"""The demo fair: an invented energy fair in full swing, to walk around in."""

from server.demo.filling import DemoLink, fill

__all__ = ["DemoLink", "fill"]
