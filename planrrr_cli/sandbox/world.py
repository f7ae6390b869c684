"""Everything the sandbox remembers that is not one platform's: clock, ledger, journal, faults, consents and others."""

import threading
from dataclasses import dataclass, field

from planrrr_cli.sandbox.applications import Applications
from planrrr_cli.sandbox.clock import Clock
from planrrr_cli.sandbox.consent import Consents
from planrrr_cli.sandbox.faults import Faults
from planrrr_cli.sandbox.fetching import Fetcher
from planrrr_cli.sandbox.folder import MediaFolder
from planrrr_cli.sandbox.journal import Journal
from planrrr_cli.sandbox.ledger import Ledger
from planrrr_cli.sandbox.media import Gallery


@dataclass(slots=True)
class World:
    """Shared by all twins. `stopping` is set when the server stops: whoever waits, waits on it.

    `processing_seconds`: the most that a video takes by the sandbox's clock, where a twin imitates that; 0 is at once.
    """

    seed: int
    account_count: int
    fetcher: Fetcher
    require_proof: bool = False
    processing_seconds: float = 0.0
    folder: MediaFolder | None = None
    url: str = ""
    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=Ledger)
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    gallery: Gallery = field(default_factory=Gallery)
    consents: Consents = field(default_factory=Consents)
    applications: Applications = field(default_factory=Applications)
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
        self.consents.clear()
        self.applications.clear()
        self.clock.offset = self.clock.date_shift = 0.0
