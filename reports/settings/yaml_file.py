"""A YAML file as plain data that knows its lines.

Data are text, whole numbers, true and false, None, tuples and mappings. Lines and columns count from 1.
`yaml` is imported here alone.

YAML 1.1 reads `NO` as false, `0123` as 83 and `12:30` as 750, and other versions differ again. Such a
word stays what was typed, an `Unclear`: no option takes it, and the message says to put it in quotes.
No message repeats a value: it may be a key in the wrong place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import yaml

from reports.atomic_files import open_to_read
from reports.errors import ConfigError, Problem

SIZE_LIMIT_BYTES = 1_000_000
NODE_LIMIT = 100_000
"""Values in a file, an alias counted each time it is used: aliases of aliases multiply without end."""

DEPTH_LIMIT = 12
"""No option stands half as deep."""

NAME_LIMIT_CHARACTERS = 30
"""Longer words are not repeated in messages: an API key is longer than any name of ours."""

Route = tuple[str | int, ...]
"""The way to a value: keys of mappings and places in lists, from 0."""

_TAG = "tag:yaml.org,2002:"
_WHOLE_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER_ELSEWHERE = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|0o[0-7]+")
"""Numbers in YAML 1.2, although text in 1.1."""
_DIGITS = re.compile(r"[0-9]{1,18}")
_SHOWABLE = re.compile(rf"[\w -]{{1,{NAME_LIMIT_CHARACTERS}}}")
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, which an escape can write and no text holds."""

_BACKSLASH = "in double quotes \\ begins an escape: use single quotes, or / in a path"
_TOO_DEEP = "nested too deeply: check the brackets"
_UNCLOSED = "this quotation mark is never closed"
_SYNTAX = (
    ("found unknown escape", _BACKSLASH),
    ("expected escape sequence", _BACKSLASH),
    ("while scanning a quoted scalar", _UNCLOSED),
    ("mapping values are not allowed", "no colon may stand here: quote the value, or mend the line before"),
    ("sequence entries are not allowed", "no list entry may begin here: begin it in a line of its own"),
    ("could not find expected ':'", "a key lacks its colon and blank, or the indentation is wrong"),
    ("expected <block end>", "this is not indented like its neighbours, or follows a closing quote"),
    ("expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("found undefined alias", "text that begins with * must be in quotes"),
    ("while scanning an alias", "text that begins with * must be in quotes"),
    ("found duplicate anchor", "this & name is taken; text that begins with & must be in quotes"),
    ("while scanning an anchor", "text that begins with & must be in quotes"),
    ("while scanning a tag", "text that begins with ! must be in quotes"),
    ("while parsing a tag", "text that begins with ! must be in quotes"),
    ("found undefined tag handle", "text that begins with ! must be in quotes"),
    ("while scanning a directive", "text that begins with % must be in quotes"),
    ("that cannot start any token", "text that begins with this character must be in quotes"),
    ("while scanning a block scalar", "after | or > the text begins in the next line"),
    ("expected the node content", "a value is missing here"),
    (_TOO_DEEP, _TOO_DEEP),
    ("but found another document", "one document a file: take the line --- out"),
    ("", "this is not YAML: check indentation, colons and quotes of this line and the one before"),
)
"""The parser's words, and ours; the first that fits."""


@dataclass(frozen=True)
class Unclear:
    """A word without quotes that YAML does not read as the text it looks like."""

    text: str


@dataclass(frozen=True)
class YamlFile:
    """What a file says. `problems` are mistakes found while reading; what they spoil is Unclear in `data`."""

    path: Path
    data: dict[str, object]
    problems: tuple[Problem, ...]
    root: yaml.MappingNode = field(repr=False, compare=False)

    def problem(self, route: Route, message: str, *, at_key: bool = False) -> Problem:
        """`message` at the value (or its key) that `route` leads to; when it is missing, at what holds it."""
        return _problem(self.path, _node_at(self.root, route, at_key=at_key).start_mark, message)

    def is_in_braces(self, route: Route) -> bool:
        """Whether the mapping that holds the last key of `route` is written `{name: …, language: …}`."""
        holder = _node_at(self.root, route[:-1], at_key=False)
        return isinstance(holder, yaml.MappingNode) and bool(holder.flow_style)

    def find_entries(self, key: str) -> tuple[int, int] | None:
        """The column of the dashes of the list under `key`, and the character behind its last word, from 0.

        A byte order mark is not counted. None when the list is in brackets, empty, or no list.
        """
        found = _node_at(self.root, (key,), at_key=False)
        if not isinstance(found, yaml.SequenceNode) or found.flow_style or not found.value:
            return None
        return found.start_mark.column, max(_ends(found))


def read(path: Path) -> YamlFile:
    """The one mapping that the file holds. Raises ConfigError when it cannot be read or holds none."""
    root = _root(path, _text(path))
    conversion = _Conversion(path)
    data = conversion.read_mapping(root, (), (root,))
    return YamlFile(path, data, tuple(conversion.problems), root)


def format_route(route: Route) -> str:
    """`clients[2].id`. A key that is no plain short word is shown as `…`: it might be anything."""
    parts = (
        f"[{part}]" if isinstance(part, int) else f".{part if _SHOWABLE.fullmatch(part) else '…'}"
        for part in route
    )
    return "".join(parts).removeprefix(".")


class _Loader(yaml.SafeLoader):
    """Stops at DEPTH_LIMIT: the parser calls itself for every level."""

    _levels = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._levels += 1
        if self._levels > DEPTH_LIMIT:
            raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        self._levels -= 1
        return node


class _Conversion:
    """Nodes to plain data, one file long: counts the values and collects the mistakes."""

    def __init__(self, path: Path) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._values = 0
        self._resolver = yaml.resolver.Resolver()

    def read_mapping(
        self, node: yaml.MappingNode, route: Route, chain: tuple[yaml.Node, ...]
    ) -> dict[str, object]:
        """What `node` holds, the last of `chain`; a key that comes again is a problem, not a value."""
        data: dict[str, object] = {}
        lines: dict[str, int] = {}
        for key, value in _join_decimals_of_mapping(node) if node.flow_style else node.value:
            if not isinstance(key, yaml.ScalarNode) or not self._is_untagged(key) or _HALF.search(key.value):
                self._add(key, "a key is a plain word followed by a colon")
            elif key.value == "<<":
                self._add(key, "<< is not an option: an alias may only be the value of a key")
            elif key.value in lines:
                name = format_route((*route, key.value))
                self._add(key, f"{name} is given twice, first in line {lines[key.value]}: take one out")
            else:
                lines[key.value] = key.start_mark.line + 1
                data[key.value] = self._value(value, (*route, key.value), chain)
        return data

    def _value(self, node: yaml.Node, route: Route, chain: tuple[yaml.Node, ...]) -> object:
        self._values += 1
        if self._values > NODE_LIMIT:
            raise _unreadable(self._path, f"over {NODE_LIMIT} values: write fewer, or clients: all")
        if len(chain) > DEPTH_LIMIT:
            self._add(node, f"{format_route(route)}: {_TOO_DEEP}")
        elif any(node is holder for holder in chain):
            self._add(node, f"{format_route(route)}: this alias (*) holds itself: take it out")
        elif not self._is_untagged(node):
            self._add(node, f"{format_route(route)}: text that begins with ! must be in quotes")
        elif isinstance(node, yaml.MappingNode):
            return self.read_mapping(node, route, (*chain, node))
        elif isinstance(node, yaml.SequenceNode):
            entries = enumerate(_join_decimals_of_list(node.value) if node.flow_style else node.value)
            return tuple(self._value(entry, (*route, index), (*chain, node)) for index, entry in entries)
        elif isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        return Unclear("")

    def _is_untagged(self, node: yaml.Node) -> bool:
        if isinstance(node, yaml.ScalarNode):
            is_plain = node.style is None
            usual: str = self._resolver.resolve(yaml.ScalarNode, node.value, (is_plain, not is_plain))  # type: ignore[no-untyped-call]
            return node.tag == usual
        return node.tag in (f"{_TAG}map", f"{_TAG}seq")

    def _add(self, node: yaml.Node, message: str) -> None:
        self.problems.append(_problem(self._path, node.start_mark, message))


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise _unreadable(path, "this is a folder: name the configuration file in it")
        with open_to_read(path) as file:
            content = file.read(SIZE_LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(path, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not the name of a file"
        raise _unreadable(path, f"the file cannot be read ({reason}): check its permissions") from None
    if len(content) > SIZE_LIMIT_BYTES:
        raise _unreadable(path, "over 1 MB: this is not a configuration")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise _unreadable(path, "this is not UTF-8 but UTF-16, or no text: save the file as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
    raise ConfigError([_problem_after(path, before, "this character is not UTF-8: save the file as UTF-8")])


def _root(path: Path, text: str) -> yaml.MappingNode:
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        message = "an invisible control character stands here: delete it"
        raise ConfigError([_problem_after(path, text[: error.position], message)]) from None
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or loader.get_mark()
        raise ConfigError([_syntax_problem(path, text, error, mark=mark)]) from None
    except (ValueError, OverflowError):
        # The parser makes a character of every "\UFFFFFFFF".
        raise ConfigError([_problem(path, loader.get_mark(), _BACKSLASH)]) from None
    if node is None or (isinstance(node, yaml.ScalarNode) and _scalar(node) is None):
        raise _unreadable(path, "the file is empty: begin with what this prints: invoice-reports example")
    if not isinstance(node, yaml.MappingNode):
        message = "the file holds no options: write each as a key, a colon, a blank and a value"
        raise ConfigError([_problem(path, node.start_mark, message)])
    return node


def _scalar(node: yaml.ScalarNode) -> str | int | bool | Unclear | None:
    text = node.value
    if node.style is not None:
        return str(text)
    match node.tag.removeprefix(_TAG):
        case "null" if text in ("", "~", "null"):
            return None
        case "bool" if text in ("true", "false"):
            return bool(text == "true")
        case "int" if _WHOLE_NUMBER.fullmatch(text):
            return int(text)
        case "str" if not _NUMBER_ELSEWHERE.fullmatch(text):
            return str(text)
    return Unclear(text)


def _join_decimals_of_mapping(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The pairs of a mapping in braces, where YAML takes the comma of `{per_minute: 1,5}` for its end.

    What is behind such a comma would be a key of its own, and without a value.
    """
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    for key, value in node.value:
        is_bare = value.start_mark.index == value.end_mark.index == key.end_mark.index
        if pairs and is_bare and (joined := _join_decimal(pairs[-1][1], key)):
            pairs[-1] = (pairs[-1][0], joined)
        else:
            pairs.append((key, value))
    yield from pairs


def _join_decimals_of_list(entries: list[yaml.Node]) -> Iterator[yaml.Node]:
    """The entries of a list in brackets; `[30,5]` and `[30,5, 60]` begin with a number that is no whole one.

    A list that is written without any blank has commas of its own, unless it falls at its only one.
    """
    pairs = pairwise(entries)
    is_tight = len(entries) > 2 and all(_is_adjacent(first, second) for first, second in pairs)
    found: list[yaml.Node] = []
    for entry in entries:
        joined = None if is_tight or not found else _join_decimal(found[-1], entry)
        if joined and int(entry.value) < int(found[-1].value):
            found[-1] = joined
        else:
            found.append(entry)
    yield from found


def _join_decimal(whole: yaml.Node, rest: yaml.Node) -> yaml.ScalarNode | None:
    """`1,5` as the text that it is in a line of its own, where it was read as `1` and `5`."""
    if not (_is_adjacent(whole, rest) and _is_plain_number(whole) and _is_plain_number(rest)):
        return None
    text = f"{whole.value},{rest.value}"
    return yaml.ScalarNode(f"{_TAG}str", text, whole.start_mark, rest.end_mark)


def _is_adjacent(first: yaml.Node, second: yaml.Node) -> bool:
    """Whether nothing but a comma stands between two values."""
    return bool(first.end_mark.index + 1 == second.start_mark.index)


def _is_plain_number(node: yaml.Node) -> bool:
    is_plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return is_plain and bool(_DIGITS.fullmatch(node.value))


def _node_at(node: yaml.Node, route: Iterable[str | int], *, at_key: bool) -> yaml.Node:
    """The node that `route` leads to, or the last one on the way when it leads nowhere."""
    found = node
    for part in route:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            pair = (node.value[part], node.value[part])
        else:
            pair = None
        if pair is None:
            return node
        found, node = pair
    return found if at_key else node


def _ends(node: yaml.Node) -> Iterator[int]:
    """Where the words of `node` end. A list or mapping itself ends only where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        for part in node.value:
            for below in part if isinstance(part, tuple) else (part,):
                yield from _ends(below)
    else:
        yield node.end_mark.index


def _syntax_problem(path: Path, text: str, error: yaml.MarkedYAMLError, *, mark: yaml.Mark) -> Problem:
    lines = text.splitlines()
    if mark.line < len(lines) and (tab := re.match(r" *\t", lines[mark.line])):
        return Problem(str(path), mark.line + 1, tab.end(), "indented with a tab: use blanks")
    said = f"{error.context} {error.problem}"
    message = next(ours for theirs, ours in _SYNTAX if theirs in said)
    opening = error.context_mark if message == _UNCLOSED else None
    return _problem(path, opening or mark, message)


def _problem(path: Path, mark: yaml.Mark, message: str) -> Problem:
    return Problem(str(path), mark.line + 1, mark.column + 1, message)


def _problem_after(path: Path, before: str, message: str) -> Problem:
    return Problem(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"), message)


def _unreadable(path: Path, message: str) -> ConfigError:
    return ConfigError([Problem(str(path), 1, 1, message)])
