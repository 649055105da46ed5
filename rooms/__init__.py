"""Places inside a fair: who may enter, and who is there."""
