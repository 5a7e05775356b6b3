"""What desks fetch: root.pem, trust.cose, status/<name>.cwt and checkpoint.cose in one directory, each replaced whole
or not at all.

It decides when an edition may follow the one published before: a higher sequence, a later time, no revocation taken
back, and nothing that a desk with the last edition would not accept. What is published is decided by the use cases.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.checkpoint import MAX_CHECKPOINT, Checkpoint, contradiction, read_checkpoint, sign_checkpoint
from clearance.credential.cose import Signer, sign1
from clearance.credential.errors import CredentialError
from clearance.credential.held import HeldTrust, hold
from clearance.credential.status import (
    STATUS_CONTENT_TYPE,
    Status,
    StatusList,
    encode_status_list,
    packed_entries,
)
from clearance.credential.trust import TRUST_CONTENT_TYPE, TrustBundle, encode_trust_bundle
from clearance.domain.audit import AuditHead
from clearance.signing import files
from clearance.signing.errors import PublicationRefused

CHECKPOINT = "checkpoint.cose"

STATUS_LIST_SIZE = 1 << 20
"""Entries. A card's index is drawn at random below this, so that nobody can count cards or tell neighbours."""

STATUS_TTL_S = 3_600
"""A list is signed anew at least this often."""
RENEW_AFTER_S = 2_700
"""A list of this age is signed anew by the next round, even unchanged: so with a round every ten minutes none reaches
its ttl."""
STATUS_LIFETIME_S = 14 * 86_400
"""Longer than ttl and the longest grace of a desk (7 days), so that it is the desk's policy that decides."""
TRUST_LIFETIME_S = 30 * 86_400

MAX_AHEAD_S = 60
"""Two editions within a second get times a second apart. Desks bear 300 s of difference, so that a burst is bounded."""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Signs and publishes for one PKI; implements `clearance.issuing.ports.StatusPublisher`.

    Any number of processes may publish into one directory; they take turns.
    """

    directory: Path
    root: x509.Certificate
    status_signer: Signer
    trust_signer: Signer
    trust_certificate_der: bytes

    def publish(self, values: Mapping[int, Status], *, uri: str, at: int) -> None:
        """Sign and replace one status list. `values` are its indices that are not VALID, `at` epoch seconds.

        An index once published as INVALID stays so whatever `values` says: neither a restored backup nor a slower
        process that read the database earlier revives a card. Raises PublicationRefused; the old list then stays.
        """
        with _taking_turns(self.directory):
            self._replace_list(self._published(), values, uri=uri, at=at)

    def publish_lists(self, values_of: Callable[[str], Mapping[int, Status]], *, at: int) -> None:
        """Sign and replace those of the bundle's lists that changed, are due, or are missing or damaged.

        `values_of` gives the indices of a list, named by its address, that are not VALID. It is asked while no other
        publisher works, so that lists appear in the order of the changes they show. Raises PublicationRefused.
        """
        with _taking_turns(self.directory):
            held = self._published()
            for uri in _usable(held, self.directory).status_uris:
                values, last = values_of(uri), held.lists.get(uri)
                if last is None or _is_due(last.newest, values, at=at):
                    self._replace_list(held, values, uri=uri, at=at)

    def name_lists(self, uris: Sequence[str], *, at: int) -> None:
        """Publish a bundle that names these lists, the one of cards issued now last.

        The bundle comes first: a list that it does not name yet is signed by nobody, and one that it names no more is
        fetched by nobody. New lists begin with every index VALID. Raises PublicationRefused.
        """
        with _taking_turns(self.directory):
            before = published_trust(self.directory, root=self.root).status_uris
            self._amend(lambda last: replace(last, status_uris=tuple(uris)), at=at, lifetime=TRUST_LIFETIME_S)
            for uri in uris:
                if uri not in before:
                    self._replace_list(self._published(), {}, uri=uri, at=at)
            for uri in before:
                if uri not in uris:
                    self._list_file(uri).unlink(missing_ok=True)

    def republish_trust(self, at: int) -> None:
        """Sign the published trust bundle anew, with the next sequence and a new term. Raises PublicationRefused."""
        self.amend_trust(lambda last: last, at=at)

    def amend_trust(
        self, change: Callable[[TrustBundle], TrustBundle], *, at: int, lifetime: int = TRUST_LIFETIME_S
    ) -> TrustBundle:
        """Sign what `change` makes of the published trust bundle, with the next sequence and a term of `lifetime`
        seconds, under the trust signer of today. The bundle as published. Raises PublicationRefused.
        """
        with _taking_turns(self.directory):
            return self._amend(change, at=at, lifetime=lifetime)

    def publish_trust(self, bundle: TrustBundle) -> None:
        """Sign and replace the trust bundle. Raises PublicationRefused where desks with the last would not take it."""
        with _taking_turns(self.directory):
            self._replace_trust(bundle)

    def publish_checkpoint(self, head_after: Callable[[Checkpoint | None], AuditHead], *, at: int) -> None:
        """Sign and replace the checkpoint of the record. `head_after` gives the record's head, having seen for itself
        that the record goes on from the checkpoint published last; it is asked while no other publisher works.

        Raises PublicationRefused for a head that contradicts the last; what `head_after` raises passes through.
        """
        with _taking_turns(self.directory):
            held = self._published()
            last = published_checkpoint(self.directory, held)
            head = head_after(last)
            checkpoint = Checkpoint(
                issuer=_usable(held, self.directory).issuer,
                number=head.number,
                digest=bytes.fromhex(head.digest),
                issued_at=at if last is None else _not_before(last.issued_at + 1, at=at),
            )
            if last is not None and contradiction(last, checkpoint):
                raise PublicationRefused(f"The record no longer holds entry {last.number} as it was published.")
            try:
                token = sign_checkpoint(checkpoint, signer=self.status_signer)
                read_checkpoint(token, signers=held.signers)
            except CredentialError as error:
                raise PublicationRefused(
                    f"No desk would accept this checkpoint ({error}); the old one stays."
                ) from None
            files.write_atomically(self.directory / CHECKPOINT, token)

    def publish_root(self) -> None:
        """Write root.pem, which a desk is given by hand at its installation and never fetches."""
        files.write_atomically(self.directory / "root.pem", self.root.public_bytes(Encoding.PEM))

    def _amend(self, change: Callable[[TrustBundle], TrustBundle], *, at: int, lifetime: int) -> TrustBundle:
        last = published_trust(self.directory, root=self.root)
        issued_at = _not_before(last.issued_at, at=at)
        bundle = replace(
            change(last),
            sequence=last.sequence + 1,
            issued_at=issued_at,
            next_update=issued_at + lifetime,
            trust_certificate_der=self.trust_certificate_der,
        )
        self._replace_trust(bundle)
        return bundle

    def _replace_trust(self, bundle: TrustBundle) -> None:
        try:
            token = sign1(encode_trust_bundle(bundle), signer=self.trust_signer, content_type=TRUST_CONTENT_TYPE)
        except CredentialError as error:
            raise PublicationRefused(f"The trust bundle cannot be signed: {error}.") from error
        seen = hold(
            root_pem=self.root.public_bytes(Encoding.PEM),
            trust_token=token,
            floor=self._published().floor,
        )
        if seen.bundle is None:
            raise PublicationRefused(f"No desk would accept this trust bundle ({seen.faults[0]}); the old one stays.")
        files.write_atomically(self.directory / "trust.cose", token)

    def _replace_list(self, held: HeldTrust, values: Mapping[int, Status], *, uri: str, at: int) -> None:
        """Publish one list after what is `held`; the right to publish is held too."""
        last, issued_at = held.lists.get(uri), at
        if last is not None:
            issued_at = _not_before(last.newest.issued_at + 1, at=at)
            values = _with_revocations(values, last.newest)
        token = self._signed_list(values, uri=uri, issued_at=issued_at)
        self._require_accepted(held, token, uri=uri)
        files.write_atomically(self._list_file(uri), token)

    def _signed_list(self, values: Mapping[int, Status], *, uri: str, issued_at: int) -> bytes:
        try:
            payload = encode_status_list(
                values,
                uri=uri,
                size=STATUS_LIST_SIZE,
                issued_at=issued_at,
                expires_at=issued_at + STATUS_LIFETIME_S,
                ttl=STATUS_TTL_S,
            )
            return sign1(payload, signer=self.status_signer, content_type=STATUS_CONTENT_TYPE)
        except CredentialError as error:
            raise PublicationRefused(f"The status list cannot be signed: {error}.") from error

    def _require_accepted(self, held: HeldTrust, token: bytes, *, uri: str) -> None:
        """Read the new list as a desk will that holds what is published now."""
        seen = hold(
            root_pem=self.root.public_bytes(Encoding.PEM),
            trust_token=_content(self.directory / "trust.cose"),
            status_tokens=[token],
            floor=held.floor,
        )
        new = seen.lists.get(uri)
        listed = seen.bundle is not None and uri in seen.bundle.status_uris
        if not listed or new is None or new.rolled_back:
            reason = "; ".join(seen.faults) or "its address is not in the trust bundle"
            raise PublicationRefused(f"No desk would accept this status list ({reason}); the old one stays.")

    def _list_file(self, uri: str) -> Path:
        return self.directory / "status" / f"{list_name(uri)}.cwt"

    def _published(self) -> HeldTrust:
        return published(self.directory, root=self.root)


def published(directory: Path, *, root: x509.Certificate) -> HeldTrust:
    """What a new desk would hold that copies the directory now."""
    lists = sorted((directory / "status").glob("*.cwt"))
    return hold(
        root_pem=root.public_bytes(Encoding.PEM),
        trust_token=_content(directory / "trust.cose"),
        status_tokens=[token for token in map(_content, lists) if token is not None],
    )


def published_trust(directory: Path, *, root: x509.Certificate) -> TrustBundle:
    """The published trust bundle. Raises PublicationRefused when it does not verify: its sequence must not be lost."""
    return _usable(published(directory, root=root), directory)


def published_checkpoint(directory: Path, held: HeldTrust) -> Checkpoint | None:
    """The published checkpoint of the record; None where there is none that a desk would take."""
    token = _content(directory / CHECKPOINT)
    try:
        return None if token is None else read_checkpoint(token[: MAX_CHECKPOINT + 1], signers=held.signers)
    except CredentialError:
        return None


def list_name(status_uri: str) -> str:
    """The file name of a list, without its suffix: the last part of its address."""
    return urlsplit(status_uri).path.rpartition("/")[2].removesuffix(".cwt")


def _usable(held: HeldTrust, directory: Path) -> TrustBundle:
    if held.bundle is None:
        raise PublicationRefused(
            f"{directory / 'trust.cose'} cannot be used ({held.faults[0]}). "
            "Put back the newest copy: a backup has it, and so has every desk."
        )
    return held.bundle


def _not_before(earliest: int, *, at: int) -> int:
    if earliest > at + MAX_AHEAD_S:
        raise PublicationRefused(
            f"The last edition is dated {earliest - at} s after this machine's clock. "
            "Set the clock right, or publish again when that time has passed."
        )
    return max(earliest, at)


def _is_due(last: StatusList, values: Mapping[int, Status], *, at: int) -> bool:
    """Whether the next list would say anything new, or is due although it would not."""
    if at - last.issued_at >= RENEW_AFTER_S:
        return True
    try:
        return packed_entries(_with_revocations(values, last), size=STATUS_LIST_SIZE) != last.entries
    except CredentialError:
        return True  # signing it will say why it cannot be signed


def _with_revocations(values: Mapping[int, Status], last: StatusList) -> Mapping[int, Status]:
    return {**values, **dict.fromkeys(_invalid_in(last), Status.INVALID)}


def _invalid_in(status_list: StatusList) -> Iterator[int]:
    for position, byte in enumerate(status_list.invalid_indexes()):
        if byte:
            yield from (position * 8 + bit for bit in range(8) if byte >> bit & 1)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def _taking_turns(directory: Path) -> Iterator[None]:
    """Hold the directory against other publishers; the lock ends with the process, whatever ends it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
