"""The parts of the signing component: the only bundle with keys. Web and command line never receive it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from clearance.credential.cose import Signer
from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Reason
from clearance.domain.printed_card import CardPolicy
from clearance.domain.signing import Ceiling
from clearance.issuing.ports import Database, Documents, NotSigned, SealingPrinter, StatusPublisher, Trouble


@dataclass(frozen=True, kw_only=True)
class SigningRoom:
    """What it takes to make a card. `now` is the only clock; `held` is what a desk with today's files would hold."""

    database: Database
    documents: Documents
    printer: SealingPrinter
    card_signer: Signer
    publisher: StatusPublisher
    held: Callable[[], HeldTrust]
    now: Callable[[], datetime]
    """Aware UTC datetime."""
    issuer: str
    status_size: int
    ceiling: Ceiling
    demo: bool
    card_policy: CardPolicy = field(default_factory=CardPolicy)
    clock_is_right: bool = False
    """Somebody compared the clock with another one, although it is far ahead of everything known here."""

    @property
    def status_uri(self) -> str:
        """The status list of cards signed now: the last that the published bundle names. Raises NotSigned."""
        bundle = self.held().bundle
        if bundle is None:
            raise NotSigned(Trouble.NOT_ACCEPTED, about=Reason.TRUST_UNUSABLE.value)
        return bundle.status_uris[-1]
