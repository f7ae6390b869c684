"""How the tests read X's refusals."""

import requests


def refused(answer: requests.Response) -> tuple[int, str, str]:
    """The status, the last part of the problem's type, and every word that was said."""
    document = answer.json()
    said = [document.get("detail", ""), *(error.get("message", "") for error in document.get("errors", []))]
    return answer.status_code, document["type"].rpartition("/")[2], " ".join(said)
