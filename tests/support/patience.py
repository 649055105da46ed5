"""How long a test waits for what must happen, where nothing is promised about how soon: a machine full of browsers can
take seconds for what takes milliseconds alone. Where something is promised, its bound stands in the test."""

PATIENCE_S = 30.0
