"""A signer's part of the ceremony, where its key will live: ask for a certificate, and install the one that comes back.

    DIR/requests/card-2.csr     what is carried to the root
    DIR/private/card-2.crt      what came back

It decides that a certificate is installed only beside its own key, for its own purpose, under the pinned root.
"""

from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.chain import read_roots
from clearance.credential.cose import Algorithm
from clearance.credential.errors import CredentialError
from clearance.signing import files
from clearance.signing.authority import Role, fingerprint, is_demo, require_signer
from clearance.signing.ceremony import Done, Occasion, day
from clearance.signing.ceremony_root import facts_of, key_fingerprint
from clearance.signing.certified import PrivateKey, PublicKey, algorithm_of, require_same_key
from clearance.signing.errors import KeyRefused, OutOfOrder, PassphraseWrong
from clearance.signing.keyring import SEEN_BY_DESKS, Ring, RingSigner, Standing, read_certificate, read_ring
from clearance.signing.pkcs11_uri import TokenAddress
from clearance.signing.private_keys import Secrets, is_encrypted, make_private_key, open_private_key
from clearance.signing.requests import make_request, read_request


def request_signer(
    directory: Path,
    role: Role,
    *,
    algorithm: Algorithm,
    root_file: Path | None,
    token: TokenAddress | None,
    secrets: Secrets,
) -> Done:
    """Make a key in `directory`, or in `token`, and a request for its certificate. Raises SigningFault.

    The first request of a directory pins the root of `root_file`. A request that has no answer yet is shown again.
    """
    ring = _ring_under(directory, root_file)
    waiting = next((each for each in ring.of_role(role) if each.standing is Standing.REQUESTED), None)
    name = waiting.name if waiting else ring.next_name(role)
    path = directory / "requests" / f"{name}.csr"
    already = waiting is not None and path.exists()
    if not already:
        _require_passphrase(ring, token, secrets)
        wanted = Algorithm.ES256 if role is Role.SEAL else algorithm
        key = make_private_key(ring.private, name, wanted, token=token, secrets=secrets)
        _require_algorithm(key, wanted, name)
        _make_folder(directory / "requests")
        request = make_request(key, role, root=ring.root)
        files.write_atomically(path, request.public_bytes(Encoding.PEM))
    return _requested(ring, name, role, path, already=already)


def install_signer(directory: Path, certificate_file: Path, *, on: Occasion, secrets: Secrets) -> Done:
    """Put a certificate beside the key that asked for it, after every check. Raises SigningFault, writing nothing."""
    ring, certificate = read_ring(directory), read_certificate(certificate_file)
    for signer in ring.signers:
        if signer.certificate == certificate:
            return _installed(ring, signer, certificate, already=True)
    signer = _that_asked(ring, certificate)
    if signer.certificate is not None:
        raise OutOfOrder(f"{signer.name} has a certificate already. A new certificate goes with a new key.")
    require_signer(certificate, signer.role, root=ring.root)
    if certificate.not_valid_after_utc <= on.moment:
        raise KeyRefused(f"This certificate ended on {day(certificate.not_valid_after_utc)}.")
    key = open_private_key(ring.private, signer.name, secrets)
    require_same_key(key, certificate)
    files.write_atomically(ring.private / f"{signer.name}.crt", certificate.public_bytes(Encoding.PEM))
    return _installed(ring, signer, certificate, already=False)


def _ring_under(directory: Path, root_file: Path | None) -> Ring:
    """The ring of a directory, made and pinned to a root where it is new."""
    private, pinned = directory / "private", directory / "private" / "root.crt"
    if root_file is None and not pinned.exists():
        raise OutOfOrder(f"{directory} is pinned to no root yet. Bring the root's public/root.pem and name it: --root.")
    root = None if root_file is None else _root_of(root_file)
    if root is not None and pinned.exists() and read_certificate(pinned) != root and read_ring(directory).signers:
        raise KeyRefused(
            f"{directory} is pinned to another root than {root_file}: {fingerprint(read_certificate(pinned))}. "
            "Keys of another root have a directory of their own."
        )
    if root is not None and not (pinned.exists() and read_certificate(pinned) == root):
        directory.mkdir(parents=True, exist_ok=True)
        if not private.exists():
            files.make_directory(private, mode=files.PRIVATE_DIRECTORY)
        files.write_atomically(pinned, root.public_bytes(Encoding.PEM))
    return read_ring(directory)


def _root_of(path: Path) -> x509.Certificate:
    root = read_certificate(path)
    try:
        read_roots(root.public_bytes(Encoding.PEM))
    except CredentialError as error:
        raise KeyRefused(f"{path} is no root that desks could pin ({error}).") from error
    return root


def _require_passphrase(ring: Ring, token: TokenAddress | None, secrets: Secrets) -> None:
    """One program opens all key files with one passphrase, so that a new key takes that of the others."""
    others = (each.key_file for each in ring.signers if each.key_file and each.key_file.suffix == ".pem")
    encrypted = [path for path in others if is_encrypted(path)]
    if token is not None:
        return
    if encrypted:
        try:
            open_private_key(ring.private, encrypted[0].stem, secrets)
        except PassphraseWrong as wrong:
            raise PassphraseWrong(f"{wrong} All key files here have one passphrase: give that one.") from wrong
    elif secrets.passphrase() is None and not is_demo(ring.root):
        raise PassphraseWrong("Keys that are not for a demo are encrypted: give a passphrase.")


def _require_algorithm(key: PrivateKey, wanted: Algorithm, name: str) -> None:
    if algorithm_of(key) is not wanted:
        raise OutOfOrder(f"The key {name} was begun as {algorithm_of(key).name}, and {wanted.name} is asked for now.")


def _that_asked(ring: Ring, certificate: x509.Certificate) -> RingSigner:
    for signer in ring.signers:
        request = ring.directory / "requests" / f"{signer.name}.csr"
        if request.exists() and read_request(request).public_key() == certificate.public_key():
            return signer
    raise KeyRefused(
        f"No key in {ring.directory} asked for this certificate: it belongs to another installation, or the request "
        "was made anew since."
    )


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        files.make_directory(folder, mode=files.PUBLIC_DIRECTORY)


def _requested(ring: Ring, name: str, role: Role, path: Path, *, already: bool) -> Done:
    signer = read_ring(ring.directory).named(name)
    return Done(
        step="signer-request",
        subject=name,
        title=f"ask for a certificate for {name}",
        said=(
            f"{path} asks for a {role} certificate. It was made {'before' if already else 'now'}; no answer came yet.",
        ),
        facts={
            "Key": str(signer.key_file),
            "Public key (SHA-256)": key_fingerprint(cast(PublicKey, read_request(path).public_key())),
            "Root": fingerprint(ring.root),
        },
        then=(
            f"Carry {path.name} to the offline root, and there:",
            f"  clearance keys signer certify --root ROOT --role {role} {path.name}",
        ),
        already=already,
    )


def _installed(ring: Ring, signer: RingSigner, certificate: x509.Certificate, *, already: bool) -> Done:
    role = signer.role
    missing = [each.value for each in Role if ring.signing(each) is None and each is not role]
    if ring.bundle is None and missing:
        then = [f"Still to come before the first bundle: a signer for {', '.join(missing)}."]
    elif ring.bundle is None or role in SEEN_BY_DESKS:
        then = ["Now tell desks:", f"  clearance keys bundle publish --dir {ring.directory}"]
    else:
        then = ["No desk needs to know it beforehand. When it shall sign:"]
        then += [f"  clearance keys rotate --dir {ring.directory} {signer.name}"]
    return Done(
        step="signer-install",
        subject=signer.name,
        title=f"install {signer.name}",
        said=(
            (
                f"{signer.name} is {'installed already' if already else 'installed'}: its certificate is of the pinned "
                f"root, for {role} and nothing else, and belongs to its key."
            ),
        ),
        facts=facts_of(certificate),
        then=tuple(then),
        already=already,
    )
