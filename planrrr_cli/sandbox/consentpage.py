"""The authorization pages in HTML: what is asked, with a form that any browser can send; or what is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

from planrrr_cli.sandbox.layout import page
from planrrr_cli.sandbox.wire import Reply


@dataclass(frozen=True, slots=True)
class Question:
    """What a page asks. `choices` are accounts and their names, the first is who is signed in.

    `asked` are permissions in the order in which they were asked for; the `optional` ones have a box to untick.
    """

    platform: str
    heading: str
    application: str
    choices: Mapping[str, str]
    asked: tuple[str, ...]
    optional: frozenset[str] = frozenset()


def question_page(
    question: Question, account: str | None, ticked: Collection[str] | None, action: str
) -> Reply:
    """`account` and `ticked` are chosen before the person looks; None: the first one, and every box."""
    options = "".join(
        f'<option value="{escape(one)}"{" selected" if one == account else ""}>{escape(name)}</option>'
        for one, name in question.choices.items()
    )
    boxes = "".join(_box(question, one, ticked) for one in question.asked)
    body = (
        f"<h1>{escape(question.heading)}</h1><article>"
        f"<p><b>{escape(question.application)}</b> asks for access.</p>"
        f'<form id="consent" method="post" action="{escape(action)}">'
        f'<label>Account <select name="account">{options}</select></label>{boxes}'
        '<p><button type="submit" name="answer" value="allow">Allow</button> '
        '<button type="submit" name="answer" value="deny">Deny</button></p></form></article>'
        "<p class=soft>A page of the sandbox. Nothing here leaves this machine.</p>"
    )
    return page(question.heading, body)


def _box(question: Question, scope: str, ticked: Collection[str] | None) -> str:
    if scope not in question.optional:
        return f"<p>{escape(scope)}</p>"
    checked = " checked" if ticked is None or scope in ticked else ""
    return f'<label><input type="checkbox" name="scope" value="{escape(scope)}"{checked}> {escape(scope)}</label>'


def refusal_page(heading: str, why: str, status: int) -> Reply:
    """What a browser shows of a request that the platform refuses; it never leads back to the application."""
    told = f"<h1>{escape(heading)}</h1><article><p>{escape(why)}</p></article>"
    return page(heading, told, status)


def impossible(question: Question, why: str) -> Reply:
    """The sandbox was told what cannot be; no platform answers so."""
    return refusal_page(question.heading, f"The sandbox cannot answer: {why}.", 400)
