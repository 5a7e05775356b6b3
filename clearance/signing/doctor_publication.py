"""The part of `doctor` that looks at what desks fetch: the trust bundle, and the status lists."""

from collections.abc import Iterator

from clearance.credential.trust import SignerState, TrustBundle
from clearance.signing.ceremony import Occasion, day
from clearance.signing.findings import Finding, fault, warning
from clearance.signing.keyring import SEEN_BY_DESKS, Ring
from clearance.signing.publication import list_name

RENEW_SOON_S = 7 * 86_400
"""The issuer renews the bundle daily: one that is this near to its end was forgotten for weeks."""
GRACE_S = 7 * 86_400
"""A desk's patience with a status list past its ttl (card-format section 7)."""


def check_publication(ring: Ring, *, issuer: str | None, on: Occasion) -> Iterator[Finding]:
    """What is wrong with trust.cose and status/*.cwt, each read as a desk would."""
    where = str(ring.public / "trust.cose")
    if ring.bundle is None:
        if not (ring.public / "trust.cose").exists() and not ring.history.listed:
            cure = f"clearance keys bundle publish --dir {ring.directory}"
            yield warning("bundle.none", where, "Nothing is published yet.", cure)
            return
        said = f"No desk can use it: {'; '.join(ring.held.faults)}."
        yield fault("bundle.unusable", where, said, "Put back the newest copy: a backup has it, and so has every desk.")
        return
    yield from _bundle(ring, ring.bundle, where, issuer=issuer, on=on)
    for uri in ring.bundle.status_uris:
        yield from _status_list(ring, uri, on)


def _bundle(ring: Ring, bundle: TrustBundle, where: str, *, issuer: str | None, on: Occasion) -> Iterator[Finding]:
    renew = f"clearance keys bundle publish --dir {ring.directory} --renew"
    if issuer is not None and bundle.issuer != issuer:
        said = f"It is a bundle of the issuer {bundle.issuer!r}, not of {issuer!r}."
        yield fault("bundle.issuer", where, said, "Put back the bundle of this installation.")
    if bundle.next_update < on.at:
        said = f"The next one was due on {day(bundle.next_update)}: desks refer every card."
        yield fault("bundle.overdue", where, said, f"{renew} - and see why the issuer's daily renewal does not run")
    elif bundle.next_update - on.at < RENEW_SOON_S:
        yield warning("bundle.due", where, f"The next one is due on {day(bundle.next_update)}.", renew)
    if bundle.issued_at > on.at + 300:
        said = f"It is dated {day(bundle.issued_at)}, after today: one of the two clocks is wrong."
        yield fault("bundle.early", where, said, "Set this machine's clock right.")
    for role in SEEN_BY_DESKS:
        signer = ring.signing(role)
        if signer is None:
            continue
        if signer.listed is None:
            cure = f"clearance keys bundle publish --dir {ring.directory}"
            yield fault("bundle.unnamed", where, f"{signer.name} signs and is not in it: no desk knows it.", cure)
        elif signer.listed.state is SignerState.RETIRED:
            cure = f"clearance keys rotate --dir {ring.directory} --home HOME NAME"
            yield fault("bundle.retired", where, f"It says that {signer.name}, which signs, is retired.", cure)


def _status_list(ring: Ring, uri: str, on: Occasion) -> Iterator[Finding]:
    path = ring.public / "status" / f"{list_name(uri)}.cwt"
    held = ring.held.lists.get(uri)
    cure = "Start the signing service, which publishes in rounds (clearance signer run), and see what its log says."
    if held is None:
        said = f"There is no genuine list for {uri}: desks refer every card of it."
        yield fault("status.none", str(path), said, cure)
        return
    newest = held.newest
    age, ttl = on.at - newest.issued_at, newest.ttl or 0
    if newest.expires_at < on.at or age > ttl + GRACE_S:
        said = f"The list of {day(newest.issued_at)} has expired: desks refer every card."
        yield fault("status.expired", str(path), said, cure)
    elif age > ttl:
        said = f"The list is {_span(age)} old, and a new one was due after {_span(ttl)}."
        yield warning("status.overdue", str(path), said, cure)


def _span(seconds: int) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if count := seconds // size:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
