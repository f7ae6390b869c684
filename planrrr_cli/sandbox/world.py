"""Everything the sandbox remembers that is not one platform's: clock, ledger, journal, faults, images."""

import threading
from dataclasses import dataclass, field

from planrrr_cli.sandbox.clock import Clock
from planrrr_cli.sandbox.faults import Faults
from planrrr_cli.sandbox.fetching import Fetcher
from planrrr_cli.sandbox.journal import Journal
from planrrr_cli.sandbox.ledger import Ledger
from planrrr_cli.sandbox.media import Gallery


@dataclass(slots=True)
class World:
    """Shared by all twins. `stopping` is set when the server stops: whoever waits, waits on it."""

    seed: int
    account_count: int
    fetcher: Fetcher
    require_proof: bool = False
    url: str = ""
    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=Ledger)
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    gallery: Gallery = field(default_factory=Gallery)
    stopping: threading.Event = field(default_factory=threading.Event)

    def pause(self, seconds: float) -> None:
        """Real seconds; ends early when the server stops."""
        if seconds > 0:
            self.stopping.wait(seconds)

    def reset(self) -> None:
        self.ledger.clear()
        self.journal.clear()
        self.faults.clear()
        self.gallery.clear()
        self.clock.offset = 0.0
