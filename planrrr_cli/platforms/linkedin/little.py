"""LinkedIn's “little text”: in the text of a post some characters mean something unless escaped. Pure, no I/O.

A reserved character that is not escaped is no error over there: LinkedIn answers 201 and shows the text up to it.
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format (read 2026-11-23)

A document writes a mention the way LinkedIn does: ``@[Acme Corp](urn:li:organization:1234)``. Everything else in a
document is plain text. Comments, descriptions of pictures, titles and polls are plain over there, too, and do not
come here.
"""

from __future__ import annotations

import re
import unicodedata

RESERVED = "|{}@[]()<>#\\*_~"

_MENTION = r"@\[(?P<name>[^\[\]\\\n]{1,200})\]\((?P<urn>urn:li:(?:organization|person):[A-Za-z0-9_-]+)\)"
# A hashtag has a letter in it ("#1" is a number) and begins a word, so that no fragment of an address becomes one.
_HASHTAG = r"(?<![^\s(\[{<\"'“‘„«¡¿])#(?P<tag>\w*[^\W\d_]\w*)"
_MEANINGFUL = re.compile(f"{_MENTION}|{_HASHTAG}|[{re.escape(RESERVED)}]")
_RESERVED = re.compile(f"[{re.escape(RESERVED)}]")

_TEMPLATE = re.compile(r"\{hashtag\|[#＃]\|([^{}|]*)\}")
_MENTIONED = re.compile(r"@\[([^\[\]]*)\]\(urn:li:[^()\s]*\)")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def little(text: str) -> str:
    """``text`` as LinkedIn reads it whole, in one pass: mentions and hashtags stay, all else is escaped."""
    return _MEANINGFUL.sub(_element, text)


def utf16_units(text: str) -> int:
    """How LinkedIn is taken to count (it documents nothing): the UTF-16 units of the text before escaping."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def essence(text: str) -> str:
    """What of a text survives LinkedIn's storage: elements as words, no backslashes, single spaces."""
    plain = text.replace("\\", "")
    plain = _MENTIONED.sub(r"\1", _TEMPLATE.sub(r"#\1", plain))
    return " ".join(unicodedata.normalize("NFC", plain).split())


def without_addresses(essential: str) -> str:
    """The same without its addresses, which LinkedIn may have shortened."""
    return _ADDRESS.sub("·", essential)


def _element(found: re.Match[str]) -> str:
    if found["urn"]:
        return f"@[{_escaped(found['name'])}]({found['urn']})"
    tag = found["tag"]
    if tag is None:
        return f"\\{found[0]}"
    # Whether "_" may stand bare in "#so_called" is not documented; in the template it may be escaped.
    return f"{{hashtag|\\#|{_escaped(tag)}}}" if "_" in tag else f"#{tag}"


def _escaped(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)
