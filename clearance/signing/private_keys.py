"""Where the private keys of a directory live: NAME.pem is a key in a file, NAME.uri says where one lies in hardware.

It decides how such a place is found and opened; both kinds may lie side by side. Secrets are asked for when a key needs
them, and only then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from clearance.credential.cose import Algorithm
from clearance.signing import files
from clearance.signing.certified import PrivateKey
from clearance.signing.errors import KeyRefused
from clearance.signing.hardware import destroy_token_key, make_token_key, open_token_key, require_token
from clearance.signing.pkcs11_uri import TokenAddress
from clearance.signing.software import ENCRYPTED, new_private_key, private_key_pem, read_private_key


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Where secrets come from: the passphrase of key files, and the PIN of a token by its name. None: not given."""

    passphrase: Callable[[], bytes | None]
    pin: Callable[[str], str | None]

    @classmethod
    def known(cls, *, passphrase: bytes | None = None, pin: str | None = None) -> Self:
        """Secrets that are at hand already."""
        return cls(passphrase=lambda: passphrase, pin=lambda _token: pin)


def key_file(private: Path, name: str) -> Path | None:
    """The file that is or says where the key `name` is; None without one. Raises KeyRefused where there are two."""
    found = [path for path in (private / f"{name}.pem", private / f"{name}.uri") if path.exists()]
    if len(found) == 2:
        raise KeyRefused(f"{found[0]} and {found[1]} both speak for one key. Take away the one that is not in use.")
    return found[0] if found else None


def open_private_key(private: Path, name: str, secrets: Secrets) -> PrivateKey:
    """The key `name`, from its file or its token. Raises KeyRefused, PassphraseWrong, PinWrong or KeyUnreachable."""
    path = key_file(private, name) or private / f"{name}.pem"
    if path.suffix == ".uri":
        address = read_address(path)
        return open_token_key(address, pin=secrets.pin(address.token))
    return read_private_key(path, passphrase=secrets.passphrase() if is_encrypted(path) else None)


def make_private_key(
    private: Path, name: str, algorithm: Algorithm, *, token: TokenAddress | None, secrets: Secrets
) -> PrivateKey:
    """Make the key `name`, in the token where one is given; one that is there already is opened instead.

    The place is written down when the token was reached and before it makes the key, so that a step that is refused
    leaves nothing, and one that is cut short finds the key again.
    """
    found = key_file(private, name)
    if found is None and token is None:
        key = new_private_key(algorithm)
        pem = private_key_pem(key, passphrase=secrets.passphrase())
        files.write_atomically(private / f"{name}.pem", pem, mode=files.PRIVATE_FILE)
        return key
    if found is None and token is not None:
        require_token(token, algorithm, pin=secrets.pin(token.token))
        place = token.of_key(f"clearance-{name}")
        files.write_atomically(private / f"{name}.uri", f"{place}\n".encode(), mode=files.PRIVATE_FILE)
    path = key_file(private, name)
    if path is not None and path.suffix == ".uri":
        address = read_address(path)
        return make_token_key(address, algorithm, pin=secrets.pin(address.token))
    return open_private_key(private, name, secrets)


def destroy_private_key(private: Path, name: str, secrets: Secrets) -> None:
    """Destroy the key `name`, and the file that is it or says where it is."""
    path = key_file(private, name)
    if path is not None and path.suffix == ".uri":
        address = read_address(path)
        destroy_token_key(address, pin=secrets.pin(address.token))
    if path is not None:
        path.unlink()
        files.sync_directory(private)


def read_address(path: Path) -> TokenAddress:
    """The address in a .uri file. Raises KeyRefused."""
    try:
        address = TokenAddress.parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(f"{path} cannot be read: {error}.") from error
    except KeyRefused as refused:
        raise KeyRefused(f"{path}: {refused}") from refused
    if not address.names_a_key:
        raise KeyRefused(f"{path} names a token and no key in it: it lacks object= or id=.")
    return address


def is_encrypted(path: Path) -> bool:
    """Whether a key file needs a passphrase; False also for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(ENCRYPTED)) == ENCRYPTED
    except OSError:
        return False
