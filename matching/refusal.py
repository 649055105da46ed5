"""What is wrong with a problem that came from outside."""

from typing import Any


class BadInputError(ValueError):
    """A file or a problem that cannot be read: one sentence for whoever wrote it. `text` is that sentence, or its
    message id with its parameters, for whoever shows it in another language."""

    def __init__(self, text: str, **params: Any) -> None:
        super().__init__(text % params if params else text)
        self.text = text
        self.params = params
