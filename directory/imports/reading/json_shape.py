"""Where the records of a JSON file stand, told from its first events: in a list, under keys, or as rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# The whole file is one record.
WHOLE = "."
# At the end of a path: its records stand under keys of their own, as in {"acme": {...}, "bolt": {...}}.
KEYED = "*"


@dataclass
class _Open:
    """An object or a list that has begun. `children` are the keys of each object in it; `others`: it holds something
    else, too."""

    path: str
    is_list: bool
    keys: set[str] = field(default_factory=set)
    children: list[set[str]] = field(default_factory=list)
    others: bool = False
    says: bool = False  # it holds a single value


@dataclass
class Shape:
    """What was seen of a file. Paths are as ijson writes them: "item", "data.companies.item"."""

    records: dict[str, int] = field(default_factory=dict)  # objects, by the path of the list in which they stand
    tables: dict[str, int] = field(default_factory=dict)  # lists in a list, the same way
    keyed: dict[str, int] = field(default_factory=dict)  # objects under keys of another one, by its path
    whole: bool = False

    def look(self, events: Iterable[tuple[str, str, Any]]) -> None:
        """See what these events of `ijson.parse` show; when it raises, what was seen until then stays."""
        stack: list[_Open] = []
        try:
            for prefix, event, value in events:
                self._see(stack, prefix, event, value)
        finally:
            for each in reversed(stack):
                self._count_keyed(each)

    @property
    def path(self) -> str | None:
        """Where the records are: under keys, else in the longest list of objects, else of lists, else the whole file;
        None: nowhere."""
        for counts in (self.keyed, self.records, self.tables):
            if counts:
                return max(counts, key=lambda path: (counts[path], -len(path)))
        return WHOLE if self.whole else None

    def _see(self, stack: list[_Open], prefix: str, event: str, value: Any) -> None:
        if event == "map_key":
            stack[-1].keys.add(value)
        elif event in ("start_map", "start_array"):
            self._begin(stack, prefix, event == "start_array")
        elif event in ("end_map", "end_array"):
            self._end(stack)
        elif stack:
            stack[-1].others = stack[-1].says = True

    def _begin(self, stack: list[_Open], prefix: str, is_list: bool) -> None:
        in_first_list = prefix.split(".").count("item") == 1 and prefix.endswith("item")
        if not is_list:
            self.whole = self.whole or prefix == ""
            if in_first_list:
                self.records[prefix] = self.records.get(prefix, 0) + 1
        elif in_first_list:
            self.tables[prefix] = self.tables.get(prefix, 0) + 1
        if is_list and stack:
            stack[-1].others = True
        stack.append(_Open(prefix, is_list))

    def _end(self, stack: list[_Open]) -> None:
        done = stack.pop()
        self._count_keyed(done)
        if stack and not done.is_list:
            stack[-1].children.append(done.keys)
            stack[-1].others = stack[-1].others or not done.says

    def _count_keyed(self, one: _Open) -> None:
        """Objects of one kind under keys, and nothing beside them, are records: they have most of their keys in
        common, which parts of one record have not."""
        if one.is_list or one.others or len(one.children) < 2 or "item" in one.path.split("."):
            return
        shared = set.intersection(*one.children)
        if len(shared) * 2 >= min(map(len, one.children)) > 0:
            self.keyed[f"{one.path}.{KEYED}" if one.path else KEYED] = len(one.children)
