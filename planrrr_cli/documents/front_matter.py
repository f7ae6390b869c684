"""Splits a post document into front matter and text, and reads the YAML strictly; keys are not judged here."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

MOST_BYTES = 64 * 1024
DEEPEST = 20
_HINTS = {
    "mapping values are not allowed": "a value with a colon in it must be in quotes",
    "could not find expected ':'": "a line is missing its colon, or a quote is not closed",
    "found unexpected end of stream": "a quote or a bracket is not closed",
    r"found character '\t'": "indent with spaces, not with tabs",
    "that cannot start any token": "a value that begins with this character must be in quotes",
    "expected <block end>": "the indentation or a bracket is wrong",
    "expected ',' or": "a bracket is not closed, or a comma is missing",
}


class Unreadable(Exception):
    """One sentence and where: ``line`` and ``column`` in the document count from 1, None when unknown."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Parts:
    """``values`` hold only what JSON can hold; ``lines`` tell where each key stands."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    text: str


class _Handler(YAMLHandler):
    # The library's own boundary also takes "----", and swallows empty lines at the beginning of the text.
    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)


def split(document: str) -> Parts:
    """Front matter only if the first line is ``---``; raises Unreadable."""
    handler = _Handler()
    if not handler.detect(document):
        return Parts({}, {}, document)
    try:
        front, text = handler.split(document)
    except ValueError:
        raise Unreadable(
            "the first line is --- but no second --- ends the front matter; add it, or begin the text otherwise",
            1,
        ) from None
    if len(front.encode()) > MOST_BYTES:
        raise Unreadable(f"the front matter is {len(front.encode()) // 1024} KB; at most 64 KB are read", 1)
    values, lines = _mapping(front)
    return Parts(values, lines, text)


def _mapping(front: str) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        return _read(_Loader(front))
    except yaml.YAMLError as error:
        raise _explained(error, front) from None


def _read(loader: _Loader) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, {}
        if not isinstance(node, yaml.MappingNode):
            raise Unreadable(
                "the front matter is no list of keys; write lines like  to: x  between the two --- lines "
                "(a text that begins with --- needs an empty front matter before it)",
                node.start_mark.line + 1,
            )
        values = loader.construct_document(node)
    except ValueError:  # an escape beyond the last character: "\\U00110000"
        mark = loader.get_mark()
        raise Unreadable("this escape is no character; mend it", mark.line + 1, mark.column + 1) from None
    return values, {str(key.value): key.start_mark.line + 1 for key, _ in node.value}


def _explained(error: yaml.YAMLError, front: str) -> Unreadable:
    if isinstance(error, yaml.reader.ReaderError):
        before = front[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        return Unreadable(
            f"the character U+{ord(front[error.position]):04X} is not allowed here", line, column
        )
    problem = str(getattr(error, "problem", None) or "it cannot be read")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    said = problem if isinstance(error, _Refused) else f"the front matter is not valid YAML: {problem}"
    said = f"{said}; {hint}" if hint else said
    return Unreadable(said, mark.line + 1, mark.column + 1) if mark else Unreadable(said)


class _Refused(yaml.MarkedYAMLError):
    """Valid YAML that a post document does not need; the problem is a sentence of ours."""

    def __init__(self, problem: str, mark: yaml.Mark | None) -> None:
        super().__init__(problem=problem, problem_mark=mark)


class _Loader(yaml.SafeLoader):
    """Text, whole numbers, decimals, true, false and null; lists and mappings with text keys. Nothing else.

    Times stay as typed, ``on`` and ``yes`` are words, ``12:30`` is not 750. Without aliases no document can grow.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's name
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused("aliases (&name, *name) are not allowed; write the value again", event.start_mark)
        if getattr(event, "tag", None):
            raise _Refused("tags (!name) are not allowed; put the value in quotes", event.start_mark)
        if self.depth >= DEEPEST:
            raise _Refused(f"it is nested more than {DEEPEST} levels deep; make it flatter", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise _Refused("a key must be a word; put it in quotes if it is meant", key.start_mark)
            if key.value in seen:
                raise _Refused(
                    f"the key {key.value!a} is already in line {seen[key.value]}; keep one", key.start_mark
                )
            seen[key.value] = key.start_mark.line + 1
        return super().construct_mapping(node, deep=deep)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """No merging: ``<<`` is a key like any other."""

    def construct_scalar(self, node: Any) -> Any:
        value = str(super().construct_scalar(node))
        # JSON writes characters beyond U+FFFF as two escapes; together they are one character.
        try:
            value = value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise _Refused(
                "half of a surrogate pair is not a character; mend the \\u escape", node.start_mark
            ) from None
        if "\x00" in value:
            raise _Refused("a NUL is not allowed in a text; mend the escape", node.start_mark)
        return value


def _resolvers() -> Iterator[tuple[str, str, str]]:
    yield "bool", r"true|True|TRUE|false|False|FALSE", "tTfF"
    yield "null", r"~|null|Null|NULL|", "~nN\0"
    yield "int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"
    yield "float", r"-?[0-9]{1,15}\.[0-9]{1,15}", "-0123456789"


for _name, _pattern, _first in _resolvers():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}",
        re.compile(rf"^(?:{_pattern})$"),
        [c if c != "\0" else "" for c in _first],
    )
