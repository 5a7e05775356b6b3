"""The bundle that web and command line receive, joined once in `clearance.bootstrap`. No key is among its ports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from clearance.domain.oversight import OversightPolicy
from clearance.domain.printed_card import CardPolicy
from clearance.domain.retention import RetentionPolicy
from clearance.issuing.ports import (
    CardPrinter,
    ContentScanner,
    Database,
    Documents,
    PasswordHasher,
    Portrait,
    Scanned,
    SigningService,
    Vault,
    Workbooks,
)
from clearance.issuing.ports.reading import FileReader

DHAKA = ZoneInfo("Asia/Dhaka")


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a use case may use. `now` is the only clock; cards are made by `signing`, wherever that runs."""

    database: Database
    documents: Documents
    printer: CardPrinter
    """Draws, and has no key to seal with."""
    signing: SigningService
    prepare_photo: Callable[[Scanned], Portrait]
    """Turns an upload into the card's portrait. Raises PhotoRefused."""
    read_file: FileReader
    """Reads the file of whoever checks a card at home."""
    passwords: PasswordHasher
    vault: Vault
    workbooks: Workbooks
    now: Callable[[], datetime]
    """Aware UTC datetime."""
    issuer: str
    status_uri: str
    demo: bool
    card_policy: CardPolicy = field(default_factory=CardPolicy)
    oversight: OversightPolicy = field(default_factory=OversightPolicy)
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    scanner: ContentScanner | None = None
    """Looks through what people send in (`clearance.issuing.scanning`); None where the office has none."""
    ring: Callable[[str], None] = lambda _chore: None
    """Has the worker do a chore soon instead of when it is due. Never raises."""

    def today(self) -> date:
        """The calendar day in Dhaka."""
        return dhaka_day(self.now())


def dhaka_day(moment: datetime) -> date:
    """The calendar day of an aware moment in Dhaka."""
    return moment.astimezone(DHAKA).date()
