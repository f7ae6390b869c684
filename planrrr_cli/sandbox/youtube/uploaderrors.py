"""What the upload server says by itself, in plain text; the API behind it speaks in errors.py.

The chunk rule's words: googleapis/google-api-php-client issue 2443. The other words are ours where none are known.
"""

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.youtube.errors import Refusal, google, invalid

BLOCK_SIZE = 262_144


def plain(status: int, text: str) -> Refusal:
    kind = ("Content-Type", "text/plain; charset=utf-8")
    return Refusal(Reply(status, text.encode(), (kind, ("Server", "UploadServer"))))


def small_chunk(size: int) -> Refusal:
    told = (
        f"Invalid request.  The number of bytes uploaded is required to be equal or greater than {BLOCK_SIZE}, except"
        f" for the final request (it's recommended to be the exact multiple of {BLOCK_SIZE}).  The received request"
        f" contained {size} bytes, which does not meet this requirement."
    )
    return plain(400, told)


def wrong_offset(offset: int, received: int) -> Refusal:
    than = "exceeds" if offset > received else "lies before the"
    told = (
        f"Invalid request.  According to the Content-Range header, the upload offset is {offset} byte(s), which {than}"
        f" already uploaded size of {received} byte(s)."
    )
    return plain(400, told)


def bad_range() -> Refusal:
    return plain(400, "Failed to parse Content-Range header.")


def wrong_length(told: int, length: int) -> Refusal:
    text = f"Invalid request.  The Content-Range header names {told} byte(s), the request contained {length}."
    return plain(400, text)


def wrong_total(declared: int, told: int) -> Refusal:
    text = f"Invalid request.  The upload was begun for {declared} byte(s), and {told} byte(s) are told now."
    return plain(400, text)


def session_gone(status: int = 404) -> Refusal:
    return plain(status, "Not Found" if status == 404 else "Gone")


def too_large() -> Refusal:
    return plain(413, "Request Entity Too Large")


def busy() -> Refusal:
    return plain(503, "Another request uploads to this session.")


def no_media(domain: str) -> Refusal:
    return invalid("mediaBodyRequired", "The request does not include the media content.", "body", domain)


def wrong_media_type(given: str, accepted: tuple[str, ...]) -> Refusal:
    told = f"Media type '{given}' is not supported. Valid media types: [{', '.join(accepted)}]"
    return google(400, "badContent", told)


def unknown_upload_type(given: str) -> Refusal:
    return google(400, "badRequest", f"Unsupported upload type '{given}'.")
