"""The weighted length of a text, configuration version 3 of twitter-text; our own count, from the published rules.

Source: twitter/twitter-text, config/v3.json and its README (read 2026-11-24).
"""

import re
import unicodedata
from typing import Final

from planrrr_cli.sandbox.x.links import find_links

LINK: Final = 2300
HEAVY: Final = 200
LIGHT: Final = 100
LIGHT_RANGES: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
INVALID: Final = frozenset("\ufffe\ufeff\uffff")

# What may begin a picture; signs that are text unless U+FE0F follows are in _PLAIN.
_PICTURE = (
    "\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604"
    "\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642"
    "\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1"
    "\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea"
    "\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734"
    "\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07"
    "\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa"
    "\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f201\U0001f202"
    "\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff"
    "\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff"
)
_PLAIN = "\u00a9\u00ae"
_ONE = rf"(?:[{_PICTURE}]\ufe0f?[\U0001f3fb-\U0001f3ff]?|[{_PLAIN}]\ufe0f)"
_SEQUENCE = re.compile(
    rf"\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3"
    rf"|{_ONE}(?:\u200d{_ONE})*"
)


def weighted_length(text: str) -> int:
    """How many of the 280 (or 25,000) the text takes."""
    normal = unicodedata.normalize("NFC", text)
    total, position = 0, 0
    for link in find_links(normal):
        total += _plain_weight(normal[position : link.start]) + LINK
        position = link.end
    return (total + _plain_weight(normal[position:])) // 100


def has_invalid_characters(text: str) -> bool:
    return not INVALID.isdisjoint(text)


def _plain_weight(text: str) -> int:
    total, position = 0, 0
    while position < len(text):
        if picture := _SEQUENCE.match(text, position):
            total += HEAVY
            position = picture.end()
            continue
        code = ord(text[position])
        light = any(first <= code <= last for first, last in LIGHT_RANGES)
        total += LIGHT if light else HEAVY
        position += 1
    return total
