"""What every outsider may do with the sandbox itself: its control routes."""

from typing import Any

import requests


class Levers:
    url: str
    http: requests.Session

    def control(self, method: str, name: str, document: Any = None) -> Any:
        answer = self.http.request(method, f"{self.url}/_sandbox/{name}", json=document, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ledger(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "posts")["posts"])

    def journal(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "requests")["requests"])

    def fault(self, call: str, kind: str, strike: str = "before", **more: Any) -> None:
        self.control("POST", "faults", {"call": call, "kind": kind, "strike": strike, **more})

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance_seconds": seconds})
