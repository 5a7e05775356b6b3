"""What a backup is sealed with: `age` (age-encryption.org/v1) to public keys whose private halves lie elsewhere.

The machine that makes backups cannot read one (docs/adr/0127). Everything is streamed; a sealed file has its SHA-256,
so that a copy is proved whole by whoever holds no key. `pyrage` does the cryptography, and any other `age` opens what
it sealed.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

import pyrage
from pyrage import x25519


class RecipientRefused(ValueError):
    """A text that should be a public key of `age` is none. The message never quotes it: it may be the private one."""


class NotForThisKey(Exception):
    """No private key that was given opens the backup."""


class SealBroken(Exception):
    """A sealed file was changed or cut off; the message names it."""


class Readable(Protocol):
    """What bytes can be taken from, part after part."""

    def read(self, size: int = -1, /) -> bytes: ...


class Writable(Protocol):
    """What bytes can be given to."""

    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class SealedPart:
    """A sealed file: the SHA-256 and size of its bytes as they lie there, and of what is in it."""

    sha256: str
    size: int
    plain_sha256: str
    plain_size: int


class Metered:
    """Counts and digests what goes through, in either direction, and remembers what broke behind it."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._digest = hashlib.sha256()
        self.size = 0
        self.fault: BaseException | None = None

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        with self._remembering():
            data: bytes = self._inner.read(size)
        return self._seen(data)

    def write(self, data: bytes, /) -> int:
        self._seen(data)
        with self._remembering():
            self._inner.write(data)
        return len(data)

    def flush(self) -> None:
        with self._remembering():
            self._inner.flush()

    def _seen(self, data: bytes) -> bytes:
        self._digest.update(data)
        self.size += len(data)
        return data

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.fault = error
            raise


def recipients_in(lines: Iterable[str]) -> tuple[x25519.Recipient, ...]:
    """Public keys, one a line (`age1...`); empty lines and `#` are skipped. Raises RecipientRefused."""
    given = [line.strip() for line in lines]
    try:
        return tuple(x25519.Recipient.from_str(line) for line in given if line and not line.startswith("#"))
    except (pyrage.RecipientError, ValueError):
        raise RecipientRefused("A line is no public key of age: those begin with age1.") from None


def identities_in(lines: Iterable[str]) -> tuple[x25519.Identity, ...]:
    """Private keys, one a line (`AGE-SECRET-KEY-1...`). Raises RecipientRefused, also where there is none."""
    given = [line.strip() for line in lines]
    try:
        found = tuple(x25519.Identity.from_str(line) for line in given if line and not line.startswith("#"))
    except (pyrage.IdentityError, ValueError):
        raise RecipientRefused("A line is no private key of age: those begin with AGE-SECRET-KEY-1.") from None
    if not found:
        raise RecipientRefused("There is no private key of age in it.")
    return found


def new_identity() -> tuple[str, str]:
    """A private key, and the public key to seal for."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def seal(source: Readable, path: Path, recipients: Sequence[x25519.Recipient]) -> SealedPart:
    """Seal a stream into a file for the owner alone, durable when this returns. Raises OSError."""
    plain = Metered(source)
    with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            sealed = Metered(file)
            _encrypt(plain, sealed, recipients)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(file.name).unlink()
            raise
    return SealedPart(sha256=sealed.sha256, size=sealed.size, plain_sha256=plain.sha256, plain_size=plain.size)


def open_into(path: Path, target: Writable, identities: Sequence[x25519.Identity]) -> Metered:
    """Give what is in a sealed file to `target`; what went through it. Raises NotForThisKey, SealBroken, OSError."""
    written = Metered(target)
    with path.open("rb") as file:
        try:
            pyrage.decrypt_io(file, written, list(identities))
        except (pyrage.DecryptError, OSError) as error:
            if written.fault is not None:  # the disk is full, the reader went away
                raise written.fault from None
            if "No matching keys" in str(error):
                raise NotForThisKey(path.name) from None
            raise SealBroken(f"{path.name} was changed or cut off") from None
    return written


def _encrypt(plain: Metered, sealed: Metered, recipients: Sequence[x25519.Recipient]) -> None:
    try:
        pyrage.encrypt_io(plain, sealed, list(recipients))
    except (pyrage.EncryptError, OSError):
        fault = plain.fault or sealed.fault  # the library tells of it in words only
        if fault is None:
            raise
        raise fault from None


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes) -> None:
    """Replace a small file whole, for the owner alone."""
    with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    sync_directory(path.parent)
