"""What is personal and never searched, sealed before it reaches a disk: AES-256-GCM under the keys of the records.

Each column, and the documents, have a cipher of their own, derived from the key and the place's name: what was sealed
for one place opens in no other (docs/adr/0136). Keys lie in a file beside the settings, newest first; the newest seals,
any of them opens. Nothing here decides what is sealed: the tables and the document stores do.
"""

import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clearance.issuing.ports import Unreadable
from clearance.storage.secret_file import secret_at

KEY_BYTES = 32
MARK = b"~1~"
"""What every sealed value begins with; then the key's id, a nonce, and the ciphertext with its tag."""
_ID_BYTES, _NONCE_BYTES = 4, 12
_HEAD = _ID_BYTES + _NONCE_BYTES
_ABOUT = "# Keys of the records, newest first. Whoever loses them loses what is sealed; docs/OPERATIONS.md.\n"


class KeyLacking(Unreadable):
    """The key that something was sealed under is not here."""


class KeyFileRefused(ValueError):
    """The file of keys is none; the message says what is wrong and never quotes it."""


class RecordKeys:
    """The keys of the records, read when one is first wanted; again for one that is not known, and before sealing where
    `version` tells another: programs that run on through a change of keys go along with it."""

    def __init__(self, load: Callable[[], Sequence[bytes]], version: Callable[[], object] = lambda: None) -> None:
        self._load, self._version = load, version
        self._keys: dict[bytes, bytes] = {}
        self._seen: object = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys' ids, newest first. Raises KeyLacking."""
        return tuple(key_id.hex() for key_id in self._known())

    def seal(self, plain: bytes, *, place: str, bound: bytes = b"") -> bytes:
        """`bound` must be said again to open it. Raises KeyLacking where there is none."""
        if self._version() != self._seen:
            self._read()
        key_id, key = next(iter(self._known().items()))
        nonce = os.urandom(_NONCE_BYTES)
        return MARK + key_id + nonce + _cipher(key, place).encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, *, place: str, bound: bytes = b"") -> bytes:
        """Raises Unreadable for what was changed, was sealed for another place, or under a key that is not here."""
        body = sealed[len(MARK) :]
        key = self._keys.get(body[:_ID_BYTES]) or self._key(body[:_ID_BYTES], place)
        try:
            return _cipher(key, place).decrypt(body[_ID_BYTES:_HEAD], body[_HEAD:], bound)
        except (InvalidTag, ValueError):
            raise Unreadable(f"{place}: a sealed value was changed, or is not of this place") from None

    def is_newest(self, stored: object) -> bool:
        """Whether what lies in a column or a store was sealed, and under the newest key."""
        newest = next(iter(self._known()))
        match stored:
            case bytes() | memoryview():
                return bytes(stored[: len(MARK) + _ID_BYTES]) == MARK + newest
            case str() if stored.startswith(MARK.decode()):
                return from_sealed_text(stored, place="").startswith(MARK + newest)
        return False

    def _known(self) -> dict[bytes, bytes]:
        return self._keys or self._read()

    def _read(self) -> dict[bytes, bytes]:
        self._seen = self._version()
        self._keys = {_id(key): key for key in self._load()}
        return self._keys

    def _key(self, key_id: bytes, place: str) -> bytes:
        self._read()
        if key_id not in self._keys:
            raise KeyLacking(f"{place}: sealed under key {key_id.hex()}, which is not among the keys of the records")
        return self._keys[key_id]


def sealed_text(sealed: bytes) -> str:
    """A sealed value for a column of text: the mark as it is, the rest in Base64."""
    return MARK.decode() + b64encode(sealed[len(MARK) :]).decode("ascii")


def from_sealed_text(text: str, *, place: str) -> bytes:
    """The way back. Raises Unreadable."""
    try:
        return MARK + b64decode(text[len(MARK) :], validate=True)
    except ValueError:
        raise Unreadable(f"{place}: a sealed value was changed") from None


def keys_in(path: Path) -> RecordKeys:
    """The keys that lie in a file, whenever they are wanted."""

    def load() -> Sequence[bytes]:
        try:
            return read_keys(path)
        except (OSError, KeyFileRefused) as error:
            raise KeyLacking(f"the keys of the records cannot be read: {error}") from None

    def version() -> object:
        try:
            return path.stat().st_mtime_ns
        except OSError:
            return None  # what is known goes on being used

    return RecordKeys(load, version)


def read_keys(path: Path) -> list[bytes]:
    """The keys of a file, newest first: one a line in Base64. Raises KeyFileRefused, OSError."""
    lines = path.read_text("ascii", "replace").splitlines()
    try:
        keys = [b64decode(line, validate=True) for line in lines if line and not line.startswith("#")]
    except ValueError:
        raise KeyFileRefused(f"{path} is no file of keys") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise KeyFileRefused(f"{path} is no file of keys")
    return keys


def make_keys(path: Path) -> None:
    """Make the file with a first key, unless it is there. Raises OSError."""
    secret_at(path, lambda: _written([os.urandom(KEY_BYTES)]))


def add_key(path: Path) -> str:
    """Put a new key before those of the file, and give its id. Others read the file before or after, never half of it.
    Raises KeyFileRefused, OSError."""
    keys = [os.urandom(KEY_BYTES), *read_keys(path)]
    _replace(path, keys)
    return _id(keys[0]).hex()


def keep_newest_key(path: Path) -> str:
    """Leave the newest key only, and give its id: nothing may be sealed with another. Raises as above."""
    newest = read_keys(path)[:1]
    _replace(path, newest)
    return _id(newest[0]).hex()


def _replace(path: Path, keys: Sequence[bytes]) -> None:
    draft = path.with_name(f".{path.name}-{os.urandom(4).hex()}")
    try:
        secret_at(draft, lambda: _written(keys))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _written(keys: Sequence[bytes]) -> bytes:
    return (_ABOUT + "".join(f"{b64encode(key).decode('ascii')}\n" for key in keys)).encode("ascii")


def _id(key: bytes) -> bytes:
    return hashlib.sha256(b"clearance records key id" + key).digest()[:_ID_BYTES]


@lru_cache(maxsize=1_024)
def _cipher(key: bytes, place: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=f"clearance records: {place}".encode()).derive(key))
