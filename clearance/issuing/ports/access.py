"""What is stored about who is at the other end: sessions, second factors, invitations, proposed changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from clearance.domain.factors import Authenticator, FactorsHeld, Passkey
from clearance.domain.session import Session, SessionEnd
from clearance.domain.staff_change import Invitation, StaffChange


class Sessions(Protocol):
    """Officers' stays at the pages."""

    def add(self, session: Session) -> None: ...

    def get(self, key: str) -> Session | None: ...

    def replace(self, key: str, session: Session) -> None:
        """Write a session anew, under another key where it has one now. Raises NotOnRecord."""
        ...

    def of_officer(self, officer_no: str, *, since: datetime) -> Sequence[Session]:
        """Those that began at a moment or later, newest first, ended ones too."""
        ...

    def newest(self, *, since: datetime) -> Mapping[str, Sequence[Session]]:
        """By officer, the sessions that came to a whole sign-in at a moment or later, newest first."""
        ...

    def end_all(self, officer_no: str, *, end: SessionEnd, at: datetime, besides: str = "") -> int:
        """End every session of an officer that is not over, but for one key; how many there were."""
        ...

    def was_here(self, officer_no: str, device: str) -> bool:
        """Whether the officer ever came to a whole sign-in from a browser."""
        ...

    def forget(self, *, before: datetime) -> int:
        """Delete sessions last seen before a moment; how many there were."""
        ...


class Factors(Protocol):
    """Second factors and the codes that stand in for them."""

    def of_officer(self, officer_no: str) -> FactorsHeld: ...

    def held(self) -> Mapping[str, FactorsHeld]:
        """By officer, for everyone who has any."""
        ...

    def put_authenticator(self, authenticator: Authenticator) -> None:
        """Write the one authenticator app of an officer, in place of an earlier one."""
        ...

    def remove_authenticator(self, officer_no: str) -> None: ...

    def add_passkey(self, passkey: Passkey) -> None:
        """Raises Conflict where the credential is registered already."""
        ...

    def save_passkey(self, passkey: Passkey) -> None:
        """Raises NotOnRecord."""
        ...

    def remove_passkey(self, credential_id: bytes) -> None: ...

    def put_recovery_codes(self, officer_no: str, digests: Iterable[str]) -> None:
        """Replace all codes of an officer."""
        ...

    def use_recovery_code(self, officer_no: str, digest: str) -> bool:
        """Use one up; False where the officer has no such code."""
        ...

    def remove_all(self, officer_no: str) -> None: ...


class StaffChanges(Protocol):
    """Invitations, and changes to accounts that wait for a second administrator."""

    def invite(self, invitation: Invitation) -> None:
        """Put an invitation in place of an earlier one of the same officer."""
        ...

    def invitation(self, officer_no: str) -> Invitation | None: ...

    def take(self, officer_no: str) -> None:
        """Remove the invitation of an officer: it was used, or must not be."""
        ...

    def invited(self) -> frozenset[str]:
        """The officers who have an invitation that nobody used."""
        ...

    def propose(self, change: StaffChange) -> StaffChange:
        """Write a proposal and give it its number. Raises Conflict where one of the same kind waits for the account."""
        ...

    def get(self, number: int) -> StaffChange | None: ...

    def settle(self, change: StaffChange) -> None:
        """Raises Conflict where it was settled already."""
        ...

    def waiting(self) -> Sequence[StaffChange]:
        """Oldest first."""
        ...


class Vault(Protocol):
    """Seals small secrets for the database with a key that is not in it."""

    def seal(self, secret: bytes, *, owner: str) -> bytes: ...

    def open(self, sealed: bytes, *, owner: str) -> bytes | None:
        """None where it was sealed with another key, for another owner, or changed."""
        ...

    def digest(self, code: str) -> str:
        """A keyed fingerprint of a code (64 hexadecimal digits): of no use to whoever reads only the database."""
        ...
