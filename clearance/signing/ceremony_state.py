"""The part of the ceremony that changes what signers are: one takes over from another, is retired, or distrusted.

It decides the order that leaves no gap: first every desk holds the bundle that names a signer, then the signer signs;
first another one signs, then a signer is retired. Only distrust comes at once, whatever follows from it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from clearance.credential.trust import SignerState, TrustBundle
from clearance.signing.authority import Role
from clearance.signing.ceremony import Done, Occasion, day
from clearance.signing.ceremony_bundle import trust_publisher
from clearance.signing.ceremony_desks import AskDesks, DesksHolding, require_known, what_desks_hold
from clearance.signing.ceremony_root import facts_of
from clearance.signing.certified import require_same_key
from clearance.signing.errors import OutOfOrder
from clearance.signing.history import Switch
from clearance.signing.keyring import SEEN_BY_DESKS, Ring, RingSigner, Standing
from clearance.signing.private_keys import Secrets, destroy_private_key, open_private_key
from clearance.signing.publication import published_trust

LONGEST_CARD = timedelta(days=800)
"""Card-format section 8, step 6."""


def rotate(
    ring: Ring, name: str, *, ask_desks: AskDesks | None, despite: str | None, on: Occasion, secrets: Secrets
) -> Done:
    """Let a signer sign from now on. Raises OutOfOrder unless every enrolled desk knows it, or there is a reason not
    to wait (`despite`), which goes on record."""
    signer = ring.named(name)
    if signer.standing is Standing.SIGNING:
        last = ring.history.last_switch(signer.role)
        return _rotated(ring, signer, last or Switch(signer=name, role=signer.role, at=on.at), None, already=True)
    _require_ready(ring, signer, on)
    desks = None
    if signer.role in SEEN_BY_DESKS:
        desks = require_known(signer, ask_desks, despite, on)
    assert signer.certificate is not None, "whoever is ready is certified"
    require_same_key(open_private_key(ring.private, signer.name, secrets), signer.certificate)
    switch = Switch(signer=signer.name, role=signer.role, at=on.at, despite=despite)
    ring.history.switched(switch).write(ring.private)
    return _rotated(ring, signer, switch, desks, already=False)


def retire(ring: Ring, name: str, *, destroy_key: bool, on: Occasion, secrets: Secrets) -> Done:
    """End a signer in good standing: it signs no more, what it signed stays valid. Raises SigningFault."""
    signer = ring.named(name)
    match signer.standing:
        case Standing.SIGNING:
            raise OutOfOrder(
                f"{name} signs now. First let another take over: clearance keys rotate --dir {ring.directory} NAME"
            )
        case Standing.REQUESTED:
            raise OutOfOrder(f"{name} has no certificate, so that nobody trusts it and there is nothing to retire.")
        case Standing.DISTRUSTED:
            raise OutOfOrder(f"{name} is distrusted, which is final and goes further than retiring.")
        case Standing.INSTALLED | Standing.PUBLISHED | Standing.REPLACED:
            _retire(ring, signer, on, secrets)
        case Standing.RETIRED:
            pass
    key_left = signer.key_file is not None
    if destroy_key and key_left:
        destroy_private_key(ring.private, name, secrets)
    already = signer.standing is Standing.RETIRED and not (destroy_key and key_left)
    return _retired(ring, signer, key_destroyed=destroy_key, already=already)


def require_distrustable(ring: Ring, name: str) -> RingSigner:
    """The signer to distrust. Raises OutOfOrder for one of which desks could not be told."""
    signer = ring.named(name)
    match signer.role:
        case Role.TRUST:
            raise OutOfOrder(
                "A trust key cannot be distrusted by a bundle: desks take any bundle that a trust key of their root "
                "signed, and a thief's bundle might follow yours. Rotate to a new trust key, publish, and begin a new "
                "root with new signers; desks must then pin the new root.pem (docs/KEYS.md)."
            )
        case Role.SEAL:
            raise OutOfOrder(
                "No desk looks at the seal of a PDF, so that there is no list to put its key on. Rotate to a new seal "
                "key and retire this one; say publicly from which day on its seals do not count (docs/KEYS.md)."
            )
        case Role.CARD | Role.STATUS:
            if signer.listed is None:
                raise OutOfOrder(f"No desk knows {name}, so that none trusts it. Do not publish it; make a new key.")
    return signer


def distrust(ring: Ring, name: str, *, on: Occasion, secrets: Secrets) -> Done:
    """Publish at once that nothing of a signer counts any more. Final. Raises SigningFault."""
    signer = require_distrustable(ring, name)
    already = signer.standing is Standing.DISTRUSTED
    if not already:
        bundle = trust_publisher(ring, secrets).amend_trust(
            lambda last: _with_state(last, signer.der, SignerState.DISTRUSTED, None), at=on.at
        )
    else:
        bundle = published_trust(ring.public, root=ring.root)
    return _distrusted(ring, signer, bundle, already=already)


def _require_ready(ring: Ring, signer: RingSigner, on: Occasion) -> None:
    name, directory = signer.name, ring.directory
    match signer.standing:
        case Standing.REQUESTED:
            raise OutOfOrder(
                f"{name} has no certificate yet. First certify {directory / 'requests' / name}.csr on the offline "
                f"root, then: clearance keys signer install --dir {directory} {name}.crt"
            )
        case Standing.INSTALLED if signer.role in SEEN_BY_DESKS:
            raise OutOfOrder(f"No desk knows {name} yet. First: clearance keys bundle publish --dir {directory}")
        case Standing.RETIRED | Standing.DISTRUSTED:
            raise OutOfOrder(
                f"{name} is {signer.standing}, and that is final. Make a new key: "
                f"clearance keys signer request --dir {directory} --role {signer.role}"
            )
        case _:
            pass
    assert signer.certificate is not None, "only a requested signer has none"
    if not signer.certificate.not_valid_before_utc <= on.moment < signer.certificate.not_valid_after_utc:
        start, end = signer.certificate.not_valid_before_utc, signer.certificate.not_valid_after_utc
        raise OutOfOrder(f"{name} is valid from {day(start)} to {day(end)}, and today is {day(on.at)}.")


def _retire(ring: Ring, signer: RingSigner, on: Occasion, secrets: Secrets) -> None:
    if signer.role in SEEN_BY_DESKS and signer.listed is not None:
        trust_publisher(ring, secrets).amend_trust(
            lambda last: _with_state(last, signer.der, SignerState.RETIRED, on.at), at=on.at
        )
    else:
        ring.history.retiring(signer.name, on.at).write(ring.private)


def _with_state(bundle: TrustBundle, der: bytes, state: SignerState, retired_at: int | None) -> TrustBundle:
    return replace(
        bundle,
        signers=tuple(
            replace(each, state=state, retired_at=retired_at) if each.certificate_der == der else each
            for each in bundle.signers
        ),
    )


def _rotated(ring: Ring, signer: RingSigner, switch: Switch, desks: DesksHolding | None, *, already: bool) -> Done:
    former = [each.name for each in ring.of_role(signer.role) if each.standing in (Standing.SIGNING, Standing.REPLACED)]
    former = [name for name in former if name != signer.name]
    said = [f"{signer.name} signs {_WHAT[signer.role]} {'already' if already else 'from now on'}."]
    if desks is not None:
        said.append(what_desks_hold(desks))
    if switch.despite:
        said.append(f"Not waited for, because: {switch.despite}")
    if signer.role is Role.CARD and signer.certificate is not None:
        full = signer.certificate.not_valid_after_utc - LONGEST_CARD
        said.append(f"It can sign cards of full length until {day(full)}: have the next one ready by then.")
    then = ["A program that runs keeps the keys it started with: restart the one that signs (clearance signer run)."]
    then += [f"After that: clearance keys retire --dir {ring.directory} {name}" for name in former]
    return Done(
        step="rotate",
        subject=f"{signer.name}-{switch.at}",
        title=f"let {signer.name} sign",
        said=tuple(said),
        facts=facts_of(signer.certificate) if signer.certificate else {},
        then=tuple(then),
        already=already,
    )


def _retired(ring: Ring, signer: RingSigner, *, key_destroyed: bool, already: bool) -> Done:
    said = [f"{signer.name} is retired. What it signed stays valid to its last day; anything later does not count."]
    if key_destroyed:
        said.append("Its private key was destroyed here; copies in backups go with them.")
    then = []
    if signer.key_file is not None and not key_destroyed:
        then = [
            "Nobody needs its private key any more. To destroy it:",
            f"  clearance keys retire --dir {ring.directory} {signer.name} --destroy-key",
        ]
    return Done(
        step="destroy" if key_destroyed else "retire",
        subject=signer.name,
        title=f"retire {signer.name}{' and destroy its key' if key_destroyed else ''}",
        said=tuple(said),
        facts=facts_of(signer.certificate) if signer.certificate else {},
        then=tuple(then),
        already=already,
    )


def _distrusted(ring: Ring, signer: RingSigner, bundle: TrustBundle, *, already: bool) -> Done:
    things = "card" if signer.role is Role.CARD else "list"
    said = [
        f"{signer.name} is distrusted{' already' if already else ''}, by trust bundle {bundle.sequence}.",
        f"From its next synchronisation on, each desk refuses every {things} of it.",
    ]
    then = []
    if ring.history.signing(signer.role) == signer.name:
        ready = [each.name for each in ring.of_role(signer.role) if each.standing is Standing.PUBLISHED]
        said.append(f"It was the signer of {_WHAT[signer.role]}: until another signs, none can be made that counts.")
        then = [f"  clearance keys rotate --dir {ring.directory} --home HOME {name}" for name in ready] or [
            f"  clearance keys signer request --dir {ring.directory} --role {signer.role}"
        ]
        then.insert(0, "Now at once:")
    return Done(
        step="distrust",
        subject=signer.name,
        title=f"distrust {signer.name}",
        said=tuple(said),
        facts=facts_of(signer.certificate) if signer.certificate else {},
        then=tuple(then),
        already=already,
    )


_WHAT: Mapping[Role, str] = {
    Role.CARD: "cards",
    Role.STATUS: "status lists",
    Role.TRUST: "trust bundles",
    Role.SEAL: "PDFs",
}
