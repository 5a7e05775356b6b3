"""What desks fetch: root.pem, trust.cose and status/<name>.cwt in one directory, each replaced whole or not at all.

It decides when an edition may follow the one published before: a higher sequence, a later time, no revocation taken
back, and nothing that a desk with the last edition would not accept. What is published is decided by the use cases.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.cose import Signer, sign1
from clearance.credential.errors import CredentialError
from clearance.credential.held import HeldTrust, hold
from clearance.credential.status import STATUS_CONTENT_TYPE, Status, StatusList, encode_status_list
from clearance.credential.trust import TRUST_CONTENT_TYPE, TrustBundle, encode_trust_bundle
from clearance.signing import files
from clearance.signing.errors import PublicationRefused

STATUS_LIST_SIZE = 1 << 20
"""Entries. A card's index is drawn at random below this, so that nobody can count cards or tell neighbours."""

STATUS_TTL_S = 3_600
"""A list is signed anew at least this often."""
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
    status_uri: str
    status_signer: Signer
    trust_signer: Signer
    trust_certificate_der: bytes

    def publish(self, values: Mapping[int, Status], *, at: int) -> None:
        """Sign and replace the status list. `values` are the indices that are not VALID, `at` epoch seconds.

        An index once published as INVALID stays so whatever `values` says: neither a restored backup nor a slower
        process that read the database earlier revives a card. Raises PublicationRefused; the old list then stays.
        """
        with _taking_turns(self.directory):
            held = self._published()
            last = held.lists.get(self.status_uri)
            issued_at = at
            if last is not None:
                issued_at = _not_before(last.newest.issued_at + 1, at=at)
                values = {**values, **dict.fromkeys(_invalid_in(last.newest), Status.INVALID)}
            token = self._signed_list(values, issued_at)
            self._require_accepted(held, token)
            files.write_atomically(self.directory / "status" / f"{list_name(self.status_uri)}.cwt", token)

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

    def publish_trust(self, bundle: TrustBundle) -> None:
        """Sign and replace the trust bundle. Raises PublicationRefused where desks with the last would not take it."""
        with _taking_turns(self.directory):
            self._replace_trust(bundle)

    def publish_root(self) -> None:
        """Write root.pem, which a desk is given by hand at its installation and never fetches."""
        files.write_atomically(self.directory / "root.pem", self.root.public_bytes(Encoding.PEM))

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

    def _signed_list(self, values: Mapping[int, Status], issued_at: int) -> bytes:
        try:
            payload = encode_status_list(
                values,
                uri=self.status_uri,
                size=STATUS_LIST_SIZE,
                issued_at=issued_at,
                expires_at=issued_at + STATUS_LIFETIME_S,
                ttl=STATUS_TTL_S,
            )
            return sign1(payload, signer=self.status_signer, content_type=STATUS_CONTENT_TYPE)
        except CredentialError as error:
            raise PublicationRefused(f"The status list cannot be signed: {error}.") from error

    def _require_accepted(self, held: HeldTrust, token: bytes) -> None:
        """Read the new list as a desk will that holds what is published now."""
        seen = hold(
            root_pem=self.root.public_bytes(Encoding.PEM),
            trust_token=_content(self.directory / "trust.cose"),
            status_tokens=[token],
            floor=held.floor,
        )
        new = seen.lists.get(self.status_uri)
        listed = seen.bundle is not None and self.status_uri in seen.bundle.status_uris
        if not listed or new is None or new.rolled_back:
            reason = "; ".join(seen.faults) or "its address is not in the trust bundle"
            raise PublicationRefused(f"No desk would accept this status list ({reason}); the old one stays.")

    def _published(self) -> HeldTrust:
        return published(self.directory, root=self.root)


def published(directory: Path, *, root: x509.Certificate) -> HeldTrust:
    """What a new desk would hold that copies the directory now."""
    lists = sorted((directory / "status").glob("*.cwt"))
    return hold(
        root_pem=root.public_bytes(Encoding.PEM),
        trust_token=_content(directory / "trust.cose"),
        status_tokens=[path.read_bytes() for path in lists],
    )


def published_trust(directory: Path, *, root: x509.Certificate) -> TrustBundle:
    """The published trust bundle. Raises PublicationRefused when it does not verify: its sequence must not be lost."""
    held = published(directory, root=root)
    if held.bundle is None:
        raise PublicationRefused(
            f"{directory / 'trust.cose'} cannot be used ({held.faults[0]}). "
            "Put back the newest copy: a backup has it, and so has every desk."
        )
    return held.bundle


def list_name(status_uri: str) -> str:
    """The file name of a list, without its suffix: the last part of its address."""
    return urlsplit(status_uri).path.rpartition("/")[2].removesuffix(".cwt")


def _not_before(earliest: int, *, at: int) -> int:
    if earliest > at + MAX_AHEAD_S:
        raise PublicationRefused(
            f"The last edition is dated {earliest - at} s after this machine's clock. "
            "Set the clock right, or publish again when that time has passed."
        )
    return max(earliest, at)


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
