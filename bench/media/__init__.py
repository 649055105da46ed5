"""`python -m bench media`: what it costs to forward a call's packets, our node beside Janus."""

NAME = "media"
