"""Reads little text as LinkedIn shows it: it ends at the first reserved character that is neither escaped nor part of
an element. Written from the documentation's grammar, without a look at what writes it."""

from __future__ import annotations

RESERVED = set("|{}@[]()<>#\\*_~")


class Cut(Exception):
    """Here LinkedIn would have shown no more."""


def read(commentary: str) -> str:
    """What people see."""
    shown, at = "", 0
    while at < len(commentary):
        try:
            seen, at = _element(commentary, at)
        except Cut:
            break
        shown += seen
    return shown


def _element(text: str, at: int) -> tuple[str, int]:
    character = text[at]
    if character not in RESERVED:
        return character, at + 1
    if character == "\\":
        return _escaped(text, at)
    if character == "#":
        return _hashtag(text, at)
    if character == "@":
        return _mention(text, at)
    if text.startswith("{hashtag|\\#|", at):
        word, at = _until(text, at + len("{hashtag|\\#|"), "}")
        return f"#{word}", at
    raise Cut


def _escaped(text: str, at: int) -> tuple[str, int]:
    if at + 1 >= len(text) or text[at + 1] not in RESERVED:
        raise Cut
    return text[at + 1], at + 2


def _hashtag(text: str, at: int) -> tuple[str, int]:
    end = at + 1
    while end < len(text) and text[end].isalnum():
        end += 1
    if end == at + 1:
        raise Cut
    return text[at:end], end


def _mention(text: str, at: int) -> tuple[str, int]:
    if text[at + 1 : at + 2] != "[":
        raise Cut
    name, at = _until(text, at + 2, "]")
    if text[at : at + 1] != "(":
        raise Cut
    urn, at = _until(text, at + 1, ")")
    if not urn.startswith(("urn:li:organization:", "urn:li:person:")):
        raise Cut
    return name, at


def _until(text: str, at: int, end: str) -> tuple[str, int]:
    found = ""
    while at < len(text):
        if text[at] == end:
            return found, at + 1
        if text[at] == "\\":
            character, at = _escaped(text, at)
        elif text[at] in RESERVED - {"_"} or (text[at] == "_" and end != ")"):
            raise Cut
        else:
            character, at = text[at], at + 1
        found += character
    raise Cut
