"""Takes every request to the part that answers it (control, pages, a twin) and keeps the journal."""

import traceback
from dataclasses import replace
from typing import Any

from planrrr_cli.sandbox.consent import with_answer
from planrrr_cli.sandbox.control import Control
from planrrr_cli.sandbox.facebook import Facebook
from planrrr_cli.sandbox.instagram import Instagram
from planrrr_cli.sandbox.linkedin import LinkedIn
from planrrr_cli.sandbox.mischief import perform
from planrrr_cli.sandbox.pages import Pages
from planrrr_cli.sandbox.twin import Twin
from planrrr_cli.sandbox.wire import ConnectionLost, Delivery, Reply, Request, html_reply
from planrrr_cli.sandbox.world import World
from planrrr_cli.sandbox.x import X
from planrrr_cli.sandbox.youtube import YouTube


def twins_of(world: World) -> list[Twin]:
    """One per platform; the first that claims a path gets it. Facebook comes last: Graph claims every path."""
    facebook = Facebook(world)
    return [X(world), LinkedIn(world), YouTube(world), Instagram(world, facebook), facebook]


class Application:
    def __init__(self, world: World, latency: float) -> None:
        self.world = world
        self.latency = latency
        self.twins = twins_of(world)
        self._control = Control(world, self.twins, self.rebuild)
        self._pages = Pages(world, self.twins)

    def rebuild(self, seed: int, accounts: int) -> None:
        """Other seed or number of accounts: new twins, and so new ids and tokens."""
        self.world.seed, self.world.account_count = seed, accounts
        self.twins[:] = twins_of(self.world)

    def answer(self, request: Request) -> Reply:
        try:
            if request.path.startswith("/_sandbox/"):
                return self._control.answer(request)
            if self._pages.claims(request):
                return self._pages.answer(request)
            return self._platform_call(request)
        except ConnectionLost:
            raise
        except Exception:  # noqa: BLE001  a bug of the sandbox must not look like a platform's error
            return html_reply(f"bug in the sandbox\n\n{traceback.format_exc()}".replace("<", "&lt;"), 599)

    def _platform_call(self, request: Request) -> Reply:
        world = self.world
        record = world.journal.open(request.method, request.path, world.clock.now())
        twin = next((twin for twin in self.twins if twin.claims(request)), None)
        if twin is None:
            record.status = 404
            return html_reply("no platform of the sandbox has this path", 404)
        numbered = replace(request, sequence=record.sequence)
        if request.method == "POST" and twin.authorization.match(request.path):
            numbered = with_answer(numbered)
        try:
            call = twin.identify(numbered)
            record.call, record.account_id = call.name, call.account_id
            world.pause(self.latency)
            reply = perform(world, call, record)
        finally:
            numbered.close()
        record.effect = reply.effect
        if reply.delivery not in (Delivery.LOST, Delivery.RESET):
            record.status = reply.status
        return reply

    def dump(self) -> dict[str, Any]:
        world = self.world
        return {
            "seed": world.seed,
            "accounts": world.account_count,
            "clock_offset": world.clock.offset,
            "requests": world.journal.count,
            "ledger": world.ledger.dump(),
            "twins": {twin.platform: twin.dump() for twin in self.twins},
        }

    def load(self, document: dict[str, Any]) -> None:
        self.rebuild(int(document["seed"]), int(document["accounts"]))
        self.world.clock.offset = float(document["clock_offset"])
        self.world.journal.clear(int(document["requests"]))
        self.world.ledger.load(document["ledger"])
        for twin in self.twins:
            if twin.platform in document["twins"]:
                twin.load(document["twins"][twin.platform])
