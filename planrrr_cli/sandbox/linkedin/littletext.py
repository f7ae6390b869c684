"""The "little text format" of commentary: what people get to see of it, and what is silently lost.

Source: learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format (read 2026-11-23).
That the text ends at the first reserved character which begins no element is reported by many users; the answer is a
201 all the same.
"""

import re
from dataclasses import dataclass

RESERVED = frozenset("|{}@[]()<>#\\*_~")

ESCAPED = r"\\[|{}@\[\]()<>#\\*_~]"
PLAIN = rf"(?:[^|{{}}@\[\]()<>#\\*_~]|{ESCAPED})"
MENTION = re.compile(rf"@\[({PLAIN}+)\]\((urn:li:(?:person|organization):[\w-]+)\)")
TEMPLATE = re.compile(rf"\{{hashtag\|\\?([#＃])\|((?:{PLAIN}|_)+)\}}")
HASHTAG = re.compile(r"#[^\W_]\w*")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Little:
    """`kept` is the source as far as it was understood, `shown` what it reads like, `lost` the rest.

    In `kept` every hashtag has its template's form, whichever way it was written: so the API gives it back.
    """

    kept: str
    shown: str
    lost: str


def read_little(source: str) -> Little:
    kept: list[str] = []
    shown: list[str] = []
    position = 0
    while position < len(source):
        found = _element(source, position)
        if found is None:
            break
        text, end = found
        bare = source[position] == "#"
        kept.append(f"{{hashtag|\\#|{text[1:]}}}" if bare else source[position:end])
        shown.append(text)
        position = end
    return Little("".join(kept), "".join(shown), source[position:])


def _element(source: str, position: int) -> tuple[str, int] | None:
    """What the element at this place reads like, and where the next one begins; None when there is none."""
    character = source[position]
    if character not in RESERVED:
        return character, position + 1
    if character == "\\":
        following = source[position + 1 : position + 2]
        return (following, position + 2) if following in RESERVED and following else None
    if character == "@" and (mention := MENTION.match(source, position)):
        return _plain(mention[1]), mention.end()
    if character == "#" and (hashtag := HASHTAG.match(source, position)):
        return hashtag[0], hashtag.end()
    if character == "{" and (template := TEMPLATE.match(source, position)):
        return template[1] + _plain(template[2]), template.end()
    return None


def _plain(text: str) -> str:
    return ESCAPE.sub(r"\1", text)


def length_of(text: str) -> int:
    """UTF-16 units: what the real service counts is not documented, and this is the most that it can be."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
