"""What is wrong with a problem that came from outside."""


class BadInputError(ValueError):
    """A file or a problem that cannot be read; the text is one sentence for whoever wrote it."""
