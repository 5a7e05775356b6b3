"""Sessions, second factors, invitations and proposals in memory."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import datetime

from clearance.domain.factors import Authenticator, FactorsHeld, Passkey
from clearance.domain.session import Session, SessionEnd
from clearance.domain.staff_change import Invitation, StaffChange
from clearance.issuing.ports import Conflict, NotOnRecord


@dataclass
class AccessRows:
    """What is stored about who is at the other end."""

    sessions: dict[str, Session] = field(default_factory=dict)
    authenticators: dict[str, Authenticator] = field(default_factory=dict)
    passkeys: dict[bytes, Passkey] = field(default_factory=dict)
    recovery_codes: dict[tuple[str, str], None] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    staff_changes: dict[int, StaffChange] = field(default_factory=dict)


@dataclass
class FakeSessions:
    rows: AccessRows

    def add(self, session: Session) -> None:
        if session.key in self.rows.sessions:
            raise Conflict(session.key)
        self.rows.sessions[session.key] = session

    def get(self, key: str) -> Session | None:
        return self.rows.sessions.get(key)

    def replace(self, key: str, session: Session) -> None:
        if self.rows.sessions.pop(key, None) is None:
            raise NotOnRecord(key)
        self.rows.sessions[session.key] = session

    def of_officer(self, officer_no: str, *, since: datetime) -> Sequence[Session]:
        found = [s for s in self.rows.sessions.values() if s.officer_no == officer_no and s.began_at >= since]
        return _newest_first(found)

    def newest(self, *, since: datetime) -> Mapping[str, Sequence[Session]]:
        found = [s for s in self.rows.sessions.values() if s.complete and s.began_at >= since]
        numbers = {session.officer_no for session in found}
        return {number: _newest_first(s for s in found if s.officer_no == number) for number in numbers}

    def end_all(self, officer_no: str, *, end: SessionEnd, at: datetime, besides: str = "") -> int:
        open_ones = [
            s for s in self.rows.sessions.values() if s.officer_no == officer_no and s.end is None and s.key != besides
        ]
        for session in open_ones:
            self.rows.sessions[session.key] = changed(session, end=end, ended_at=at)
        return len(open_ones)

    def was_here(self, officer_no: str, device: str) -> bool:
        return any(
            s.complete and s.officer_no == officer_no and s.place.device == device for s in self.rows.sessions.values()
        )

    def forget(self, *, before: datetime) -> int:
        old = [key for key, session in self.rows.sessions.items() if session.seen_at < before]
        for key in old:
            del self.rows.sessions[key]
        return len(old)


def _newest_first(sessions: Iterable[Session]) -> list[Session]:
    in_order = sorted(sessions, key=lambda session: session.key)
    return sorted(in_order, key=lambda session: session.began_at, reverse=True)


@dataclass
class FakeFactors:
    rows: AccessRows

    def of_officer(self, officer_no: str) -> FactorsHeld:
        keys = [key for key in self.rows.passkeys.values() if key.officer_no == officer_no]
        return FactorsHeld(
            authenticator=self.rows.authenticators.get(officer_no),
            passkeys=tuple(sorted(keys, key=lambda key: (key.added_at, key.credential_id))),
            recovery_codes=sum(number == officer_no for number, _digest in self.rows.recovery_codes),
        )

    def held(self) -> Mapping[str, FactorsHeld]:
        numbers = self.rows.authenticators.keys() | {key.officer_no for key in self.rows.passkeys.values()}
        return {number: self.of_officer(number) for number in numbers}

    def put_authenticator(self, authenticator: Authenticator) -> None:
        self.rows.authenticators[authenticator.officer_no] = authenticator

    def remove_authenticator(self, officer_no: str) -> None:
        self.rows.authenticators.pop(officer_no, None)

    def add_passkey(self, passkey: Passkey) -> None:
        if passkey.credential_id in self.rows.passkeys:
            raise Conflict(passkey.credential_id.hex())
        self.rows.passkeys[passkey.credential_id] = passkey

    def save_passkey(self, passkey: Passkey) -> None:
        if passkey.credential_id not in self.rows.passkeys:
            raise NotOnRecord(passkey.credential_id.hex())
        self.rows.passkeys[passkey.credential_id] = passkey

    def remove_passkey(self, credential_id: bytes) -> None:
        self.rows.passkeys.pop(credential_id, None)

    def put_recovery_codes(self, officer_no: str, digests: Iterable[str]) -> None:
        self._remove_codes(officer_no)
        self.rows.recovery_codes.update({(officer_no, digest): None for digest in digests})

    def use_recovery_code(self, officer_no: str, digest: str) -> bool:
        found = (officer_no, digest) in self.rows.recovery_codes
        self.rows.recovery_codes.pop((officer_no, digest), None)
        return found

    def remove_all(self, officer_no: str) -> None:
        self.remove_authenticator(officer_no)
        self._remove_codes(officer_no)
        for key in self.of_officer(officer_no).passkeys:
            self.remove_passkey(key.credential_id)

    def _remove_codes(self, officer_no: str) -> None:
        for code in [code for code in self.rows.recovery_codes if code[0] == officer_no]:
            del self.rows.recovery_codes[code]


@dataclass
class FakeStaffChanges:
    rows: AccessRows

    def invite(self, invitation: Invitation) -> None:
        self.rows.invitations[invitation.officer_no] = invitation

    def invitation(self, officer_no: str) -> Invitation | None:
        return self.rows.invitations.get(officer_no)

    def take(self, officer_no: str) -> None:
        self.rows.invitations.pop(officer_no, None)

    def invited(self) -> frozenset[str]:
        return frozenset(self.rows.invitations)

    def propose(self, change: StaffChange) -> StaffChange:
        if any((other.officer_no, other.kind) == (change.officer_no, change.kind) for other in self.waiting()):
            raise Conflict(change.officer_no)
        numbered = changed(change, number=len(self.rows.staff_changes) + 1)
        self.rows.staff_changes[numbered.number] = numbered
        return numbered

    def get(self, number: int) -> StaffChange | None:
        return self.rows.staff_changes.get(number)

    def settle(self, change: StaffChange) -> None:
        stored = self.rows.staff_changes.get(change.number)
        if stored is None or stored.outcome is not None:
            raise Conflict(f"proposal {change.number} is settled")
        self.rows.staff_changes[change.number] = change

    def waiting(self) -> Sequence[StaffChange]:
        return [change for change in self.rows.staff_changes.values() if change.outcome is None]


class FakeVault:
    """Seals nothing, and knows whose secret it is."""

    def seal(self, secret: bytes, *, owner: str) -> bytes:
        return owner.encode() + b"|" + secret

    def open(self, sealed: bytes, *, owner: str) -> bytes | None:
        mark = owner.encode() + b"|"
        return sealed.removeprefix(mark) if sealed.startswith(mark) else None

    def digest(self, code: str) -> str:
        return hashlib.sha256(code.encode()).hexdigest()
