"""The bundle that web and command line receive: every port, joined once in `clearance.bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from clearance.credential.cose import Signer
from clearance.credential.held import HeldTrust
from clearance.issuing.ports import CardPrinter, Database, Documents, PasswordHasher, StatusPublisher

DHAKA = ZoneInfo("Asia/Dhaka")


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a use case may use. `now` is the only clock; `held` is what a desk with today's files would hold."""

    database: Database
    documents: Documents
    printer: CardPrinter
    prepare_photo: Callable[[bytes], bytes]
    """Turns an upload into the card's portrait. Raises PhotoRefused."""
    passwords: PasswordHasher
    card_signer: Signer
    publisher: StatusPublisher
    held: Callable[[], HeldTrust]
    now: Callable[[], datetime]
    """Aware UTC datetime."""
    issuer: str
    status_uri: str
    status_size: int
    demo: bool

    def today(self) -> date:
        """The calendar day in Dhaka."""
        return dhaka_day(self.now())


def dhaka_day(moment: datetime) -> date:
    """The calendar day of an aware moment in Dhaka."""
    return moment.astimezone(DHAKA).date()
