"""An own little reader of iCalendar (RFC 5545), written from the standard and not from our library: lines are unfolded,
taken apart into name, parameters and value, and texts unescaped. What does not fit is an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"\x00-\x08\x0a-\x1f]*"|[^";:,\x00-\x08\x0a-\x1f]*)')
_ESCAPES = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
MOST_OCTETS = 75


@dataclass
class Component:
    """BEGIN:name ... END:name."""

    name: str
    lines: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """The value of a property that is there once."""
        [found] = [value for key, _, value in self.lines if key == name]
        return found

    def parameters(self, name: str) -> dict[str, str]:
        """Its parameters."""
        [found] = [parameters for key, parameters, _ in self.lines if key == name]
        return found

    def text(self, name: str) -> str:
        """The value as TEXT."""
        return re.sub(r"\\[nN,;\\]", lambda found: _ESCAPES[found[0]], self[name])


def read(text: str) -> Component:
    """The one VCALENDAR of a stream. Raises AssertionError for whatever is not by the standard."""
    root = Component("")
    stack = [root]
    for line in _unfolded(text):
        name, parameters, value = _taken_apart(line)
        if name == "BEGIN":
            part = Component(value)
            stack[-1].parts.append(part)
            stack.append(part)
        elif name == "END":
            assert stack.pop().name == value
        else:
            stack[-1].lines.append((name, parameters, value))
    assert stack == [root]
    [calendar] = root.parts
    assert calendar.name == "VCALENDAR"
    return calendar


def _unfolded(text: str) -> Iterator[str]:
    assert text.endswith("\r\n")
    raw = text[:-2].split("\r\n")
    for line in raw:
        assert "\r" not in line
        assert "\n" not in line
        assert len(line.encode()) <= MOST_OCTETS
    return iter("\r\n".join(raw).replace("\r\n ", "").replace("\r\n\t", "").split("\r\n"))


def _taken_apart(line: str) -> tuple[str, dict[str, str], str]:
    found = _NAME.match(line)
    assert found, line
    at, parameters = found.end(), {}
    while line[at] == ";":
        one = _PARAMETER.match(line, at)
        assert one, line
        parameters[one[1].upper()] = one[2].strip('"')
        at = one.end()
    assert line[at] == ":", line
    return found[0].upper(), parameters, line[at + 1 :]
