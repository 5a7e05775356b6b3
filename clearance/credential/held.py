"""What a desk holds: root, trust bundle and status lists, checked once when they are loaded.

It decides which of the files count: genuine ones, the newest of each, none older than the floor remembers
(docs/CARD-FORMAT.md sections 6 and 7). A file that does not count is as if absent and is named in `faults`; nothing
here raises for a bad file. What the held material says about a card is left to `gate`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from clearance.credential.chain import CountryRoot, read_roots
from clearance.credential.errors import UnusableStatusList, UnusableTrust
from clearance.credential.floor import Edition, Floor, union
from clearance.credential.signers import SignersByKid, check_signers
from clearance.credential.status import StatusList, read_status_list
from clearance.credential.trust import TrustBundle, read_trust_bundle

__all__ = ["Floor", "HeldList", "HeldTrust", "hold"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldList:
    """The newest genuine list of one uri. `rolled_back`: an earlier load had a newer one, or other bytes for it."""

    newest: StatusList
    rolled_back: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldTrust:
    """Everything a verdict rests on besides the card and the clock.

    `bundle` is None where trust is unusable; `floor` is the memory to keep after this load; `faults` says in English,
    for the log, which files do not count and why.
    """

    bundle: TrustBundle | None
    signers: SignersByKid = field(default_factory=dict)
    lists: Mapping[str, HeldList] = field(default_factory=dict)
    floor: Floor = field(default_factory=Floor)
    faults: tuple[str, ...] = ()

    @property
    def issuer(self) -> str | None:
        """The issuer whose cards this material can verify."""
        return self.bundle.issuer if self.bundle else None

    def trust_age(self, at: int) -> int | None:
        """Seconds since the trust bundle was issued; None without one."""
        return max(0, at - self.bundle.issued_at) if self.bundle else None

    def status_age(self, at: int) -> int | None:
        """Seconds since the oldest of the newest lists was issued; None without a list.

        A list that the bundle names no more is not renewed, and its age is of no matter.
        """
        named = self.bundle.status_uris if self.bundle else ()
        issued = [held.newest.issued_at for uri, held in self.lists.items() if uri in named]
        return max(0, at - min(issued)) if issued else None


def hold(
    *, root_pem: bytes, trust_token: bytes | None, status_tokens: Iterable[bytes] = (), floor: Floor | None = None
) -> HeldTrust:
    """Check the files of a desk against its memory (`None`: a desk that has seen nothing yet).

    All chains are checked here, so that a scan costs one signature check. Keep `HeldTrust.floor` durably before the
    material is used, and hand it in at the next load.
    """
    floor = floor or Floor()
    try:
        roots = read_roots(root_pem)
        bundle, edition = _bundle_not_rolled_back(trust_token, roots, floor)
    except UnusableTrust as fault:
        return HeldTrust(bundle=None, floor=floor, faults=(str(fault),))
    signers = check_signers(bundle.signers, roots=roots)
    genuine, faults = _genuine_lists(status_tokens, signers)
    lists = {uri: _newest(of_uri, floor.lists.get(uri)) for uri, of_uri in genuine.items()}
    return HeldTrust(
        bundle=bundle,
        signers=signers,
        lists=lists,
        floor=_raised(floor, bundle, edition, genuine),
        faults=faults,
    )


def _bundle_not_rolled_back(
    trust_token: bytes | None, roots: Sequence[CountryRoot], floor: Floor
) -> tuple[TrustBundle, Edition]:
    if trust_token is None:
        raise UnusableTrust("no trust bundle")
    bundle = read_trust_bundle(trust_token, roots=roots)
    edition = Edition(number=bundle.sequence, sha256=sha256(trust_token).hexdigest())
    if floor.trust is not None and floor.trust.is_rolled_back_by(edition):
        raise UnusableTrust(f"trust bundle: rolled back to {edition.number}, seen {floor.trust.number}")
    return bundle, edition


def _genuine_lists(
    status_tokens: Iterable[bytes], signers: SignersByKid
) -> tuple[dict[str, list[StatusList]], tuple[str, ...]]:
    """The genuine lists by the uri they speak for, whatever file they came in; and why the others are not."""
    genuine: dict[str, list[StatusList]] = {}
    faults = []
    for token in status_tokens:
        try:
            status_list = read_status_list(token, signers=signers)
        except UnusableStatusList as fault:
            faults.append(str(fault))
        else:
            genuine.setdefault(status_list.uri, []).append(status_list)
    return genuine, tuple(faults)


def _edition(status_list: StatusList) -> Edition:
    return Edition(number=status_list.issued_at, sha256=status_list.token_sha256)


def _newest(of_uri: Sequence[StatusList], seen: Edition | None) -> HeldList:
    newest = max(of_uri, key=lambda each: (each.issued_at, each.token_sha256))
    two_of_one_time = any(
        each.issued_at == newest.issued_at and each.token_sha256 != newest.token_sha256 for each in of_uri
    )
    rolled_back = seen is not None and seen.is_rolled_back_by(_edition(newest))
    return HeldList(newest=newest, rolled_back=rolled_back or two_of_one_time)


def _raised(floor: Floor, bundle: TrustBundle, trust: Edition, genuine: Mapping[str, Sequence[StatusList]]) -> Floor:
    """The floor after this load. It only ever rises."""
    lists, invalid, last_seen = dict(floor.lists), dict(floor.invalid), max(floor.last_seen, bundle.issued_at)
    for uri, of_uri in genuine.items():
        for each in of_uri:
            invalid[uri] = union(invalid.get(uri, b""), each.invalid_indexes())
            last_seen = max(last_seen, each.issued_at)
        newest = _edition(_newest(of_uri, None).newest)
        if uri not in lists or newest.number > lists[uri].number:
            lists[uri] = newest
    return Floor(trust=trust, lists=lists, invalid=invalid, last_seen=last_seen)
