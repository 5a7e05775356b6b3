"""The part of the ceremony that tells desks of new signers: the first trust bundle of a directory, and every next one.

It decides what a bundle names. Whether desks would take it is decided by `publication`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from clearance.credential.trust import TrustBundle, TrustedSigner
from clearance.signing import files
from clearance.signing.authority import PURPOSES, Role
from clearance.signing.ceremony import Done, Occasion, day
from clearance.signing.errors import DirectoryInUse, OutOfOrder
from clearance.signing.keyring import SEEN_BY_DESKS, Ring, RingSigner, Standing, read_ring
from clearance.signing.keystore import ISSUER, STATUS_URI, open_keys, open_signer, publish_first, require_publishable
from clearance.signing.private_keys import Secrets
from clearance.signing.publication import Publisher, list_name, published_trust


def publish_bundle(
    ring: Ring,
    *,
    issuer: str | None,
    status_uri: str | None,
    lifetime: timedelta,
    renew: bool,
    on: Occasion,
    secrets: Secrets,
) -> Done:
    """Publish a bundle that names every installed signer: the first one, or the next. Raises SigningFault.

    `issuer` and `status_uri` serve the first, with the usual ones where left out. Where nothing is new, the bundle
    stays unless it is to be renewed.
    """
    if not (ring.public / "trust.cose").exists() or _is_half_made(ring):
        return _publish_first(ring, issuer=issuer, status_uri=status_uri, lifetime=lifetime, on=on, secrets=secrets)
    bundle = published_trust(ring.public, root=ring.root)
    if issuer is not None and issuer != bundle.issuer:
        raise DirectoryInUse(
            f"{ring.public} publishes for the issuer {bundle.issuer!r}, not {issuer!r}. Another issuer has keys, and a "
            "directory, of its own."
        )
    new = [signer for signer in ring.signers if signer.standing is Standing.INSTALLED and signer.role in SEEN_BY_DESKS]
    if not new and not renew:
        _remember(ring, bundle)
        return _published(ring, bundle, new, already=True)
    added = tuple(TrustedSigner(certificate_der=each.der, purpose=PURPOSES[each.role]) for each in new)
    published = trust_publisher(ring, secrets).amend_trust(
        lambda last: replace(last, signers=last.signers + added),
        at=on.at,
        lifetime=int(lifetime.total_seconds()),
    )
    _remember(ring, published)
    return _published(ring, published, new, already=False)


def _publish_first(
    ring: Ring, *, issuer: str | None, status_uri: str | None, lifetime: timedelta, on: Occasion, secrets: Secrets
) -> Done:
    if ring.bundle is None and ring.history.listed:
        raise OutOfOrder(
            f"{ring.public / 'trust.cose'} is gone, and desks hold one already: a new first bundle would count as "
            "rolled back. Put back the newest copy: a backup has it, and so has every desk."
        )
    if missing := [role.value for role in Role if ring.signing(role) is None]:
        raise OutOfOrder(
            f"A first bundle needs a signer for each purpose, and there is none yet for {', '.join(missing)}. First, "
            f"for each: clearance keys signer request --dir {ring.directory} --role {missing[0]}"
        )
    issuer, status_uri = issuer or ISSUER, status_uri or STATUS_URI
    if ring.bundle is not None:  # cut short after the bundle, which then decides
        issuer, status_uri = ring.bundle.issuer, ring.bundle.status_uris[-1]
    require_publishable(issuer=issuer, status_uri=status_uri)
    for folder in (ring.public, ring.public / "status"):
        if not folder.exists():
            files.make_directory(folder, mode=files.PUBLIC_DIRECTORY)
    keys = open_keys(ring.private, secrets)
    publish_first(
        keys, ring.public, at=on.at, issuer=issuer, status_uri=status_uri, lifetime=int(lifetime.total_seconds())
    )
    bundle = published_trust(ring.public, root=ring.root)
    _remember(ring, bundle)
    return _published(ring, bundle, list(ring.signers), already=False)


def _is_half_made(ring: Ring) -> bool:
    """Whether the first publication was cut short before its status list."""
    bundle = ring.bundle
    if bundle is None or bundle.sequence != 1:
        return False
    return not all((ring.public / "status" / f"{list_name(uri)}.cwt").exists() for uri in bundle.status_uris)


def trust_publisher(ring: Ring, secrets: Secrets) -> Publisher:
    """What signs and publishes trust bundles of this directory today. Raises SigningFault."""
    signer = ring.signing(Role.TRUST)
    if signer is None:
        raise OutOfOrder("There is no trust signer here, and only one can sign a trust bundle.")
    keys = open_signer(ring.private, signer.name, Role.TRUST, root=ring.root, secrets=secrets)
    return Publisher(
        directory=ring.public,
        root=ring.root,
        trust_signer=keys,
        trust_certificate_der=keys.certificate_der,
        status_signer=keys,  # no lists are published here: the status key may be out of reach, or stolen
    )


def _remember(ring: Ring, bundle: TrustBundle) -> None:
    """Note in which bundle each signer first stood. Where a crash hid it, the newest counts: desks wait longer."""
    fresh = read_ring(ring.directory)
    names = {signer.name: bundle.sequence for signer in fresh.signers if signer.listed}
    history = fresh.history.listing(names)
    if history != fresh.history:
        history.write(ring.private)


def _published(ring: Ring, bundle: TrustBundle, new: Sequence[RingSigner], *, already: bool) -> Done:
    named = ", ".join(signer.name for signer in new if signer.role in SEEN_BY_DESKS)
    said = f"Trust bundle {bundle.sequence} of {bundle.issuer} is published, good until {day(bundle.next_update)}."
    if already:
        said = f"Nothing is new: {said} It names every installed signer. To sign it anew all the same: --renew."
    elif named:
        said += f" It names {named} for the first time."
    waiting = [each.name for each in read_ring(ring.directory).signers if each.standing is Standing.PUBLISHED]
    then = ["Desks fetch it at their next synchronisation. When every desk holds it:"] if waiting else []
    then += [f"  clearance keys rotate --dir {ring.directory} --home HOME {name}" for name in waiting]
    return Done(
        step="bundle-publish",
        subject=str(bundle.sequence),
        title=f"publish trust bundle {bundle.sequence}",
        said=(said,),
        facts={"Sequence": str(bundle.sequence), "Issuer": bundle.issuer, "Status lists": ", ".join(bundle.status_uris)}
        | {f"Signer {signer.name}": signer.kid.hex() for signer in ring.signers if signer.certificate},
        then=tuple(then),
        already=already,
    )
