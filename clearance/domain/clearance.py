"""A clearance as issued: the record behind a card."""

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.readability import Grade

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class RevocationReason(StrEnum):
    """Why a clearance is taken back. A death is never worded as an offence."""

    DECEASED = "deceased"
    WORKER_WITHDREW = "worker_withdrew"
    VISA_CANCELLED = "visa_cancelled"
    EMPLOYER_CANCELLED = "employer_cancelled"
    ISSUED_IN_ERROR = "issued_in_error"
    FALSE_DOCUMENTS = "false_documents"
    AUTHORITY_ORDER = "authority_order"


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """Who took the clearance back, when (UTC) and why."""

    officer_no: str
    at: datetime
    reason: RevocationReason
    remark: str | None = None


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """One issued clearance and the card made from it.

    `token` is the signed credential (COSE_Sign1 bytes), `pdf_sha256` names the sealed card in the document store,
    `kid` the card key that signed. `valid_until` is the last valid day in Asia/Dhaka. `grade` says how well the
    finished card reads; None for one issued before that was measured.
    """

    clearance_no: str
    application_reference: str
    passport_no: str
    status: Status
    status_ref: StatusRef
    issued_at: datetime
    valid_until: date
    token: bytes
    kid: bytes
    pdf_sha256: str
    pdf_size: int
    approved_by: str
    issued_by: str
    revocation: Revocation | None = None
    grade: Grade | None = None

    def stands(self, on: date) -> bool:
        """Whether it keeps its passport from another clearance on a day. A hold does not end by waiting."""
        return self.status is Status.SUSPENDED or (self.status is Status.VALID and on <= self.valid_until)

    def with_status(self, status: Status) -> Self:
        """The same clearance as its case stands now; revoking it takes a reason."""
        return replace(self, status=status)

    def superseded(self) -> Self:
        """The same clearance after a newer one took its place."""
        return self.with_status(Status.SUPERSEDED)

    def revoked(self, revocation: Revocation) -> Self:
        """The same clearance, taken back for good."""
        return replace(self, status=Status.INVALID, revocation=revocation)


def new_clearance_no(year: int) -> str:
    """`BMET-YYYY-`, ten random Crockford base32 characters and a check character: nobody can count or guess them.

    A body whose check symbol would not be a letter or digit is drawn again: the number is read out on telephones.
    """
    while True:
        body = _random_text(10)
        check = check_symbol(body)
        if check in CROCKFORD:
            return f"BMET-{year}-{body}{check}"


def new_reference() -> str:
    """`APP-` and eight random Crockford base32 characters."""
    return f"APP-{_random_text(8)}"


def check_symbol(body: str) -> str:
    """Crockford's check symbol: the value modulo 37, over the alphabet followed by `*~$=U`."""
    value = 0
    for character in body:
        value = value * 32 + CROCKFORD.index(character)
    return (CROCKFORD + "*~$=U")[value % 37]


def _random_text(length: int) -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))
