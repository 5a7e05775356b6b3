"""Looking over a directory of keys: what is wrong or soon will be, and the cure for each.

It decides what a finding is and how grave. It changes nothing, and one finding never hides the next.
"""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from clearance.signing.authority import Role, is_demo, require_signer
from clearance.signing.ceremony import Occasion, day
from clearance.signing.ceremony_state import LONGEST_CARD
from clearance.signing.certified import require_same_key
from clearance.signing.doctor_publication import check_publication
from clearance.signing.errors import KeyRefused, PassphraseWrong, SigningFault
from clearance.signing.findings import Finding, fault, warning
from clearance.signing.keyring import Ring, RingSigner, Standing, read_ring
from clearance.signing.private_keys import Secrets, is_encrypted, open_private_key

ORDER_NEXT = timedelta(days=180)
"""How long before its end a signer should be on its way out: a ceremony needs people, travel and signatures."""
URGENT = timedelta(days=30)
ROOT_NEXT = timedelta(days=3 * 365)
"""A new root reaches desks by hand; and the signers of an old one end with it."""
IN_USE = (Standing.SIGNING, Standing.PUBLISHED, Standing.REPLACED, Standing.INSTALLED)


def examine(directory: Path, *, demo: bool, issuer: str | None, on: Occasion, secrets: Secrets) -> list[Finding]:
    """Everything found, gravest first. `demo`: whether demo keys belong here; `issuer`: the one cards should name."""
    findings = list(_permissions(directory))
    try:
        ring = read_ring(directory)
    except (SigningFault, OSError) as refused:
        cure = "Put the file back from a backup, or begin with: clearance keys init, or signer request --root root.pem"
        return sorted([*findings, fault("keys.unreadable", str(directory), str(refused), cure)], key=_gravest_first)
    findings += _demo(ring, demo=demo)
    findings += _root(ring, on)
    findings += _signers(ring, on)
    findings += _private_keys(ring, secrets)
    findings += check_publication(ring, issuer=issuer, on=on)
    return sorted(findings, key=_gravest_first)


def _gravest_first(finding: Finding) -> int:
    return -finding.gravity


def _permissions(directory: Path) -> Iterator[Finding]:
    private = directory / "private"
    if not private.is_dir():
        return
    if _open_to_others(private):
        cure = f"chmod 700 {private}"
        yield fault("private.open", str(private), "Others than its owner can look into the folder of the keys.", cure)
    for path in sorted(private.iterdir()):
        if path.name.startswith("."):
            cure = f"rm {path}"
            yield warning("private.leftover", str(path), "A step that was cut short left this behind.", cure)
        elif path.suffix in (".pem", ".uri", ".json") and _open_to_others(path):
            cure = f"chmod 600 {path}"
            if path.suffix == ".pem":
                cure += " - and if others had time to copy the key, replace it"
            yield fault("key.open", str(path), "Others than its owner can read or change it.", cure)


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _demo(ring: Ring, *, demo: bool) -> Iterator[Finding]:
    if is_demo(ring.root) and not demo:
        cure = "Make real keys in another directory. If this is meant to be a demo: doctor --demo"
        yield fault("keys.demo", str(ring.directory), "These are demo keys, which no real desk accepts.", cure)
    if demo or is_demo(ring.root):
        return
    for path in sorted(ring.private.glob("*.pem")):
        if not is_encrypted(path):
            cure = f"openssl pkcs8 -topk8 -v2 aes-256-cbc -in {path} -out {path}.new && mv {path}.new {path}"
            yield fault("key.unencrypted", str(path), "This private key is not encrypted.", cure)


def _root(ring: Ring, on: Occasion) -> Iterator[Finding]:
    end = ring.root.not_valid_after_utc
    where = str(ring.private / "root.crt")
    if end <= on.moment:
        yield fault("root.expired", where, f"The root ended on {day(end)}.", "Make a new root, signers, and bundle.")
    elif end - on.moment < ROOT_NEXT:
        cure = "Plan a new root: every desk must be given its root.pem by hand."
        yield warning("root.ending", where, f"The root ends on {day(end)}.", cure)
    for path in (ring.private / "root.pem", ring.private / "root.uri"):
        if path.exists() and not is_demo(ring.root):
            cure = f"Move {path} to the offline root's directory, and keep a copy in another safe."
            yield warning("root.online", str(path), "The root's key lies where cards are signed.", cure)
    published = ring.public / "root.pem"
    if published.exists() and published.read_bytes() != ring.root.public_bytes(Encoding.PEM):
        cure = f"cp {ring.private / 'root.crt'} {published} - and find out who replaced it"
        yield fault("root.differs", str(published), "Desks are offered another root than the pinned one.", cure)


def _signers(ring: Ring, on: Occasion) -> Iterator[Finding]:
    for role in Role:
        if ring.signing(role) is None:
            cure = f"clearance keys signer request --dir {ring.directory} --role {role}"
            yield fault("signer.missing", role, f"There is no {role} signer that could sign.", cure)
    for signer in ring.signers:
        yield from _signer(ring, signer, on)


def _signer(ring: Ring, signer: RingSigner, on: Occasion) -> Iterator[Finding]:
    if signer.certificate is None:
        cure = f"Certify {ring.directory / 'requests' / signer.name}.csr on the offline root, then: signer install"
        yield warning("signer.requested", signer.name, "It waits for its certificate.", cure)
        return
    try:
        require_signer(signer.certificate, signer.role, root=ring.root)
    except KeyRefused as refused:
        cure = f"Put the right {signer.name}.crt back, or make a new key: signer request --role {signer.role}"
        yield fault("certificate.unfit", signer.name, str(refused), cure)
        return
    if signer.standing in IN_USE:
        yield from _term(ring, signer, on)
    if signer.standing is Standing.REPLACED:
        cure = f"clearance keys retire --dir {ring.directory} {signer.name}"
        yield warning("signer.replaced", signer.name, "Another signs in its place, and it is not retired.", cure)
    if signer.standing is Standing.DISTRUSTED and ring.history.signing(signer.role) == signer.name:
        cure = f"clearance keys rotate --dir {ring.directory} --home HOME NAME"
        yield fault("signer.distrusted", signer.name, "It is to sign, and desks distrust it.", cure)


def _term(ring: Ring, signer: RingSigner, on: Occasion) -> Iterator[Finding]:
    assert signer.certificate is not None, "only certified signers are looked at"
    start, end = signer.certificate.not_valid_before_utc, signer.certificate.not_valid_after_utc
    cure = f"clearance keys signer request --dir {ring.directory} --role {signer.role}"
    if on.moment < start:
        yield fault("certificate.early", signer.name, f"It is valid only from {day(start)} on.", "Set the clock right.")
    elif end <= on.moment:
        yield fault("certificate.expired", signer.name, f"It ended on {day(end)}.", cure)
    elif (left := end - on.moment) < URGENT:
        yield fault("certificate.ending", signer.name, f"It ends on {day(end)}, in {left.days} days.", cure)
    elif end - on.moment < ORDER_NEXT:
        yield warning("certificate.ending", signer.name, f"It ends on {day(end)}.", cure)
    elif signer.role is Role.CARD and signer.standing is Standing.SIGNING and end - on.moment < LONGEST_CARD:
        said = f"It ends on {day(end)}: cards that should be valid longer can no longer be signed."
        yield warning("certificate.short", signer.name, said, cure)


def _private_keys(ring: Ring, secrets: Secrets) -> Iterator[Finding]:
    """Open every key that may still sign, and see that it is the one of its certificate."""
    for signer in ring.signers:
        if signer.standing not in IN_USE or signer.certificate is None:
            continue
        where = str(signer.key_file or signer.name)
        try:
            require_same_key(open_private_key(ring.private, signer.name, secrets), signer.certificate)
        except PassphraseWrong as wrong:
            cure = "Give the passphrase or PIN (--passphrase-file, --pin-file), so that it can be looked at."
            yield warning("key.locked", where, str(wrong), cure)
        except SigningFault as refused:
            cure = f"Put the right key back from a backup, or replace it: signer request --role {signer.role}"
            if signer.key_file is not None and signer.key_file.suffix == ".uri":
                cure = "Plug the token in or start its service; then run doctor again."
            yield fault("key.unusable", where, str(refused), cure)
