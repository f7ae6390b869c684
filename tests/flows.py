"""One document for each way a platform's recipe can go; whoever is in ``PLATFORMS`` has to be here.

Contract and crash tests run over this table, so a new platform is covered by adding its documents.
"""

from __future__ import annotations

from pathlib import Path

from planrrr_cli.domain.connections import Platform

MEDIA = Path(__file__).resolve().parents[1] / "examples" / "media"


def _document(platform: str, front: str, text: str) -> str:
    return f"---\nto: [{platform}]\n{front}---\n{text}\n"


def _media(*names: str) -> str:
    listed = "".join(f"  - {{file: {name}, alt: A picture}}\n" for name in names)
    return f"media:\n{listed}"


def _named(*endings: str) -> list[str]:
    """The first files of ``examples/media`` with these endings, in order."""
    found = []
    for ending in endings:
        rest = [path.name for path in sorted(MEDIA.glob(f"*{ending}")) if path.name not in found]
        found.append(rest[0])
    return found


FLOWS: dict[Platform, dict[str, str]] = {
    Platform.FACEBOOK: {
        "text": _document("facebook", "", "Only words."),
        "link": _document("facebook", "link: https://example.com/launch\n", "Words and a link."),
        "photos": _document("facebook", _media(*_named(".jpg", ".png")), "Two photos."),
        "reel": _document("facebook", _media(*_named(".mp4")), "A reel."),
        "video": _document("facebook", _media(*_named(".mp4")) + "facebook: {as: video}\n", "A long video."),
        "comment": _document(
            "facebook", "facebook: {first_comment: The first comment.}\n", "With a comment."
        ),
    },
    Platform.INSTAGRAM: {
        "image": _document("instagram", _media(*_named(".jpg")), "One picture & #bread, with @nobody."),
        "tagged": _document(
            "instagram",
            _media(*_named(".jpg"))
            + "instagram: {collaborators: [millstreetbooks], user_tags: [{username: nobody, x: 0.5, y: 0.8}]}\n",
            "Tagged.",
        ),
        "wordless": _document("instagram", _media(*_named(".jpg")), ""),
        "reel": _document("instagram", f"media: [{_named('.mp4')[0]}]\n", "A reel."),
        "cover": _document(
            "instagram",
            f"media: [{_named('.mp4')[0]}]\n"
            f"instagram: {{cover: {_named('.jpg')[0]}, share_to_feed: false, audio_name: Oven}}\n",
            "A reel with its own cover.",
        ),
        "carousel": _document("instagram", _media(*_named(".jpg", ".jpg")), "Two pictures."),
        "mixed": _document(
            "instagram",
            f"media: [{_named('.jpg')[0]}, {_named('.mp4')[0]}, {_named('.jpg', '.jpg')[1]}]\n",
            "Pictures and a video.",
        ),
        "story": _document("instagram", f"media: [{_named('.jpg')[0]}]\ninstagram: {{as: story}}\n", ""),
        "film story": _document("instagram", f"media: [{_named('.mp4')[0]}]\ninstagram: {{as: story}}\n", ""),
        "comment": _document(
            "instagram",
            f"media: [{_named('.jpg')[0]}]\ninstagram: {{first_comment: The first comment & more.}}\n",
            "With a comment.",
        ),
    },
    Platform.YOUTUBE: {
        "video": _document("youtube", f"media: [{_named('.mp4')[0]}]\ntitle: Rising\n", "A video."),
        "later": _document(
            "youtube",
            f"media: [{_named('.mp4')[0]}]\ntitle: Rising\nlink: https://example.com/bread\n"
            'youtube: {publish_at: "2030-12-01T09:00:00+01:00", tags: [bread, sour dough], category: Howto, '
            "language: en, made_for_kids: true, synthetic_media: false, notify: false, license: creativeCommon, "
            "embeddable: false, public_stats: false}\n",
            "A video that becomes public later.",
        ),
        "extras": _document(
            "youtube",
            f"media: [{_named('.mp4')[0]}]\ntitle: Rising\n"
            f"youtube: {{privacy: unlisted, thumbnail: {_named('.png')[0]}, captions: {_named('.srt')[0]}, "
            "captions_language: en, captions_name: English}\n",
            "A video with a thumbnail and captions.",
        ),
        "comment": _document(
            "youtube",
            f"media: [{_named('.mp4')[0]}]\ntitle: Rising\nyoutube: {{first_comment: The first comment.}}\n",
            "With a comment.",
        ),
    },
    Platform.X: {
        "text": _document("x", "", "Only words, & <some> of them in 日本語 😀."),
        "link": _document("x", "", "Words and a link: https://example.com/launch?a=1&b=2 and example.com."),
        "images": _document("x", _media(*_named(".jpg", ".png")), "Two pictures."),
        "gif": _document("x", _media(*_named(".gif")), "It moves."),
        "video": _document("x", f"media: [{_named('.mp4')[0]}]\n", "A video."),
        "poll": _document("x", "x: {poll: {options: [Rye, Wheat], duration: 3d}}\n", "Rye or wheat?"),
        "thread": _document(
            "x",
            _media(*_named(".jpg", ".png"))
            + "x: {thread: [The second part., {text: The third., media: [2]}]}\n",
            "The first part.",
        ),
        "auto": _document("x", "x: {thread: auto}\n", " ".join(f"Sentence number {n}." for n in range(30))),
        "comment": _document("x", "x: {first_comment: The first comment.}\n", "With a comment."),
    },
    Platform.LINKEDIN: {
        "text": _document("linkedin", "", "Words (and *signs*): a_b | c~d #bread @home <1> {2} [3] \\4"),
        "article": _document(
            "linkedin",
            "link: https://example.com/launch\ntitle: A launch\n"
            f"linkedin: {{description: What it is, thumbnail: {_named('.png')[0]}}}\n",
            "A link with its card.",
        ),
        "image": _document("linkedin", _media(*_named(".jpg")), "One picture."),
        "images": _document("linkedin", _media(*_named(".jpg", ".png", ".jpg")), "Three pictures."),
        "video": _document("linkedin", _media(*_named(".mp4")) + "title: A film\n", "A video."),
        "document": _document("linkedin", _media(*_named(".pdf")) + "title: A booklet\n", "A document."),
        "poll": _document(
            "linkedin",
            'linkedin: {poll: {question: "Rye or wheat?", options: [Rye, Wheat], duration: 7d}}\n',
            "A poll.",
        ),
        "comment": _document(
            "linkedin", "linkedin: {first_comment: The (first) comment.}\n", "With a comment."
        ),
    },
}
ALL = [(platform, flow) for platform, flows in FLOWS.items() for flow in flows]
