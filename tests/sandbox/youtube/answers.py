"""How the tests read Google's refusals."""

import requests


def refused(answer: requests.Response) -> tuple[int, str]:
    """The status and the reason of the first error, as the envelope tells them."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code and error["message"]
    return answer.status_code, error["errors"][0]["reason"]


def location(answer: requests.Response) -> str:
    return str(answer.json()["error"]["errors"][0].get("location", ""))
