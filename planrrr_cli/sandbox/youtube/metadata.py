"""What the API refuses of a video's title, description, tags, category, times and languages, and its defaults.

Source: developers.google.com/youtube/data/reference/rest/v3/videos and .../videos/insert (read 2026-11-23 through
quotations); which category can be assigned: the US list of September 2026. Control characters: seen by a third party.
"""

from typing import Any, Final

from planrrr_cli.sandbox.youtube import errors
from planrrr_cli.sandbox.youtube.times import moment, rfc3339

CATEGORIES: Final = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "18": "Short Movies",
    "19": "Travel & Events",
    "20": "Gaming",
    "21": "Videoblogging",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
    "30": "Movies",
    "42": "Shorts",
    "43": "Shows",
    "44": "Trailers",
}
NOT_ASSIGNABLE: Final = frozenset({"18", "21", "30", "42", "43", "44"})
TITLE_LIMIT, DESCRIPTION_LIMIT, TAGS_LIMIT = 100, 5000, 500
SETTABLE: Final = {
    "snippet": ("title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage"),
    "status": (
        "privacyStatus",
        "publishAt",
        "license",
        "embeddable",
        "publicStatsViewable",
        "selfDeclaredMadeForKids",
        "containsSyntheticMedia",
    ),
    "recordingDetails": ("recordingDate", "location", "locationDescription"),
    "paidProductPlacementDetails": ("hasPaidProductPlacement",),
}
DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "snippet": {"description": "", "categoryId": "22"},
    "status": {
        "privacyStatus": "public",
        "license": "youtube",
        "embeddable": True,
        "publicStatsViewable": True,
    },
}


def check(document: dict[str, Any]) -> None:
    """Raises Refusal. `document` has the right types already; title and category are there, or have a default."""
    snippet, status = document.get("snippet", {}), document.get("status", {})
    title, description = snippet.get("title", ""), snippet.get("description", "")
    if not title.strip() or len(title) > TITLE_LIMIT or _has_brackets(title) or _has_controls(title):
        told = "The request metadata specifies an invalid or empty video title."
        raise errors.invalid("invalidTitle", told, "body.snippet.title")
    too_long = len(description.encode()) > DESCRIPTION_LIMIT
    if too_long or _has_brackets(description) or _has_controls(description.replace("\n", "")):
        told = "The request metadata specifies an invalid video description."
        raise errors.invalid("invalidDescription", told, "body.snippet.description")
    if counted(snippet.get("tags", [])) > TAGS_LIMIT:
        told = "The request metadata specifies invalid video keywords."
        raise errors.invalid("invalidTags", told, "body.snippet.tags")
    category = snippet.get("categoryId", "22")
    if category not in CATEGORIES or category in NOT_ASSIGNABLE:
        told = "The request metadata specifies an invalid category."
        raise errors.invalid("invalidCategoryId", told, "body.snippet.categoryId")
    if "publishAt" in status and status.get("privacyStatus") != "private":
        raise wrong_time()
    if document.get("localizations") and not snippet.get("defaultLanguage"):
        told = "The request is trying to add localized video details without specifying the default language."
        raise errors.invalid("defaultLanguageNotSet", told, "body.snippet.defaultLanguage")


def wrong_time() -> errors.Refusal:
    told = "The request metadata specifies an invalid scheduled publishing time."
    return errors.invalid("invalidPublishAt", told, "body.status.publishAt")


def counted(tags: list[str]) -> int:
    """As the 500 are counted: commas between tags, and quotes around those with a space."""
    return len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags))


def completed(document: dict[str, Any], now: float) -> dict[str, Any]:
    """The parts as they are kept: what cannot be set is dropped, what is absent has its default.

    A publishing time that has passed publishes at once.
    """
    kept: dict[str, Any] = {}
    for part, names in SETTABLE.items():
        given = {name: value for name, value in document.get(part, {}).items() if name in names}
        if given or part in DEFAULTS:
            kept[part] = {**DEFAULTS.get(part, {}), **given}
    if "localizations" in document:
        kept["localizations"] = document["localizations"]
    due = moment(kept["status"].get("publishAt", ""))
    if due is not None and due <= now:
        del kept["status"]["publishAt"]
        kept["status"]["privacyStatus"] = "public"
    elif due is not None:
        kept["status"]["publishAt"] = rfc3339(due)
    return kept


def _has_brackets(text: str) -> bool:
    return "<" in text or ">" in text


def _has_controls(text: str) -> bool:
    return any(ord(one) < 32 or ord(one) == 127 for one in text)
