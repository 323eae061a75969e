"""YAML documents that people write: hub documents and scenarios.

The one reader of them. It builds a document from the parser's events and never from a tree of
nodes, so that a document takes memory in proportion to its size and nothing in it can make it
grow: aliases, anchors, tags and merge keys are refused, size, depth and texts are bounded. What
cannot be read is one fault with the path and the line where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from mdmr.operation.faults import Fault, Raw, shown
from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 20
MAX_TEXT = 4_096
MAX_DIGITS = 18
# With the compiled parser where there is one: it is ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Resolved: TypeAlias = "tuple[str, Raw]"
_PREFIX = "tag:yaml.org,2002:"
_TEXT, _NUMBER = f"{_PREFIX}str", f"{_PREFIX}int"
# What a plain scalar can mean beside a text.
_MEANT = {f"{_PREFIX}{each}" for each in ("int", "float", "bool", "null", "timestamp")}


class YamlError(Exception):
    """A document that cannot be read.

    Attributes:
        fault: what is wrong, with its path in the document (empty: the document itself).
        line: where it stands, None where no line can be named.
    """

    def __init__(self, text: str, path: str = "", line: int | None = None) -> None:
        super().__init__(text)
        self.fault = Fault(path, text)
        self.line = line


def read_yaml(path: Path) -> Raw:
    """Return what a file holds. Raises YamlError, also where there is no such file."""
    builder = _Builder()
    _read(path, builder)
    return builder.document


def lines_of(path: Path, wanted: Collection[str]) -> dict[str, int]:
    """Return the line of each of these paths in a file that `read_yaml` reads.

    A path that does not stand there has the line of what would hold it.
    """
    asked = {each: tuple(_with_parents(each)) for each in wanted if each}
    found = _Lines(frozenset(part for parts in asked.values() for part in parts))
    _read(path, found)
    lines = {
        each: next((found.lines[part] for part in parts if part in found.lines), None)
        for each, parts in asked.items()
    }
    return {each: line for each, line in lines.items() if line is not None}


def _with_parents(path: str) -> Iterator[str]:
    """Yield a path, then what holds it, outward."""
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]


def _read(path: Path, builder: _Builder) -> None:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise YamlError(error.strerror or "cannot be read") from None
    except ValueError:
        # A path with a NUL in it.
        raise YamlError("is no path of a file") from None
    if len(content) > MAX_BYTES:
        raise YamlError(f"is larger than {MAX_BYTES} bytes; give numbers from before as CSV")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        raise YamlError("is not UTF-8", line=at) from None
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        text = f"is no YAML: {error.problem or error.context}"
        raise YamlError(text, builder.path, line) from None
    except yaml.reader.ReaderError as error:
        at = text.count("\n", 0, error.position) + 1
        raise YamlError(f"is no YAML: {error.reason}", line=at) from None
    except yaml.YAMLError as error:
        raise YamlError(f"is no YAML: {' '.join(str(error).split())}", builder.path) from None


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else mark.line + 1


class _Open:
    """A mapping or list that is not at its end: where it stands and what it holds so far."""

    __slots__ = ("held", "key", "path")

    def __init__(self, path: str, held: dict[str, Raw] | list[Raw]) -> None:
        self.path = path
        self.held = held
        self.key: str | None = None

    @property
    def next_path(self) -> str:
        """The path of what comes next."""
        if isinstance(self.held, list):
            return f"{self.path}[{len(self.held)}]"
        if self.key is None:
            return self.path
        return f"{self.path}.{self.key}" if self.path else self.key


class _Builder:
    """Builds the document of the parser's events."""

    def __init__(self) -> None:
        self.document: Raw = None
        self._open: list[_Open] = []
        self._documents = 0
        self._scalars = _Scalars()

    @property
    def path(self) -> str:
        """Where the next event stands in the document."""
        return self._open[-1].next_path if self._open else ""

    def take(self, event: yaml.Event) -> None:
        """Take one event. Raises YamlError."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise self._error(event, f"the alias *{event.anchor} is not allowed: write it out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._error(event, "a second document begins; one is allowed")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check_plain(event, event.tag)
        place = self._open[-1] if self._open else None
        if len(event.value) > MAX_TEXT:
            raise self._error(event, f"is longer than {MAX_TEXT} characters")
        try:
            tag, value = self._scalars.value(event)
        except (ValueError, OverflowError, LookupError):
            text = f"{shown(event.value)} is no real number, date or time"
            raise self._error(event, text) from None
        if place is None or isinstance(place.held, list) or place.key is not None:
            self.put(event, value)
        elif tag != _TEXT:
            text = f"the key {shown(event.value)} must be a text; put it in quotation marks"
            raise self._error(event, text)
        elif str(value) in place.held:
            raise self._error(event, f"the key {shown(event.value)} stands twice")
        else:
            place.key = str(value)

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        self._check_plain(event, event.tag)
        if len(self._open) >= MAX_DEPTH:
            raise self._error(event, f"is nested more than {MAX_DEPTH} deep")
        place = self._open[-1] if self._open else None
        if place is not None and isinstance(place.held, dict) and place.key is None:
            raise self._error(event, "a key must be a text, not a list or a mapping")
        held: dict[str, Raw] | list[Raw] = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self.path
        self.put(event, held)
        self._open.append(_Open(path, held))

    def put(self, event: yaml.NodeEvent, value: Raw) -> None:  # noqa: ARG002 - its line is another's
        """Put a value in its place."""
        place = self._open[-1] if self._open else None
        if place is None:
            self.document = value
        elif isinstance(place.held, list):
            place.held.append(value)
        else:
            place.held[str(place.key)] = value
            place.key = None

    def _check_plain(self, event: yaml.NodeEvent, tag: str | None) -> None:
        if event.anchor is not None:
            raise self._error(event, f"the anchor &{event.anchor} is not allowed")
        if tag is not None:
            raise self._error(event, f"the tag {shown(tag)} is not allowed")

    def _error(self, event: yaml.Event, text: str) -> YamlError:
        return YamlError(text, self.path, _line(event))


class _Lines(_Builder):
    """Notes the lines of some paths."""

    def __init__(self, wanted: Collection[str]) -> None:
        super().__init__()
        self._wanted = wanted
        self.lines: dict[str, int] = {}

    def put(self, event: yaml.NodeEvent, value: Raw) -> None:
        """Note where a value stands and put it in its place."""
        if self.path in self._wanted:
            self.lines[self.path] = _line(event)
        super().put(event, value)


class _Scalars:
    """Tells what a scalar means, as YAML's safe readers do, within bounds."""

    def __init__(self) -> None:
        self._resolver = Resolver()
        self._constructor = SafeConstructor()
        # Keys and codes come again and again.
        self._known: dict[str, _Resolved] = {}

    def value(self, event: yaml.ScalarEvent) -> _Resolved:
        """Return the tag and the value of a scalar.

        Raises ValueError, OverflowError or LookupError where it means nothing.
        """
        if not event.implicit[0]:
            return _TEXT, event.value
        found = self._known.get(event.value)
        if found is None:
            found = self._of_plain(event.value)
            if len(self._known) < MAX_TEXT:
                self._known[event.value] = found
        return found

    def _of_plain(self, text: str) -> _Resolved:
        tag: str = self._resolver.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # PyYAML's
        if tag not in _MEANT:
            return tag, text
        if tag == _NUMBER and len(text.lstrip("+-")) > MAX_DIGITS:
            raise ValueError
        construct = SafeConstructor.yaml_constructors[tag]
        return tag, construct(self._constructor, ScalarNode(tag, text))
