"""What is personal and never searched, sealed before it reaches a disk: AES-256-GCM under the keys of the records.

Each column, and the documents, have a cipher of their own, derived from the key and the place's name: what was sealed
for one place opens in no other (docs/adr/0136). Keys lie in a file beside the settings, newest first; the newest seals,
any of them opens. Nothing here decides what is sealed: the tables and the document stores do.
"""

import hashlib
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clearance.issuing.ports import Unreadable

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
    """The keys of the records. The file is read when a key is first wanted, and again for one that is not known:
    after a rotation, a program that was not started anew opens what others seal."""

    def __init__(self, load: Callable[[], Sequence[bytes]]) -> None:
        self._load = load
        self._keys: dict[bytes, bytes] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys' ids, newest first. Raises KeyLacking."""
        return tuple(key_id.hex() for key_id in self._known())

    def seal(self, plain: bytes, *, place: str, bound: bytes = b"") -> bytes:
        """`bound` must be said again to open it. Raises KeyLacking where there is none."""
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

    def is_newest(self, sealed: bytes) -> bool:
        """Whether it was sealed, and under the newest key."""
        newest = next(iter(self._known()))
        return sealed.startswith(MARK) and sealed[len(MARK) :].startswith(newest)

    def _known(self) -> dict[bytes, bytes]:
        if not self._keys:
            self._keys = {_id(key): key for key in self._load()}
        return self._keys

    def _key(self, key_id: bytes, place: str) -> bytes:
        self._keys = {_id(key): key for key in self._load()}
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
    except (NotBase64, ValueError):
        raise Unreadable(f"{place}: a sealed value was changed") from None


def keys_in(path: Path) -> RecordKeys:
    """The keys that lie in a file, whenever they are wanted."""

    def load() -> Sequence[bytes]:
        try:
            return read_keys(path)
        except (OSError, KeyFileRefused) as error:
            raise KeyLacking(f"the keys of the records cannot be read: {error}") from None

    return RecordKeys(load)


def read_keys(path: Path) -> list[bytes]:
    """The keys of a file, newest first: one a line in Base64. Raises KeyFileRefused, OSError."""
    lines = path.read_text("ascii", "replace").splitlines()
    try:
        keys = [b64decode(line, validate=True) for line in lines if line and not line.startswith("#")]
    except NotBase64:
        raise KeyFileRefused(f"{path} is no file of keys") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise KeyFileRefused(f"{path} is no file of keys")
    return keys


def add_key(path: Path) -> str:
    """Put a new key before those of the file, which is made where it is not there; the new key's id.

    Others read the file before or after, never half of it. Raises KeyFileRefused, OSError.
    """
    keys = [os.urandom(KEY_BYTES), *(read_keys(path) if path.exists() else ())]
    _write(path, keys, over=path.exists())
    return _id(keys[0]).hex()


def make_keys(path: Path) -> None:
    """Make the file with a first key, unless another program has just done so. Raises OSError."""
    try:
        _write(path, [os.urandom(KEY_BYTES)], over=False)
    except FileExistsError:
        return


def _write(path: Path, keys: Sequence[bytes], *, over: bool) -> None:
    draft = path.with_name(f".{path.name}-{os.urandom(4).hex()}")
    lines = "".join(f"{b64encode(key).decode('ascii')}\n" for key in keys)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(_ABOUT + lines)
            file.flush()
            os.fsync(file.fileno())
        if over:
            draft.replace(path)
        else:
            os.link(draft, path)  # refuses to replace a file that another program made meanwhile
    finally:
        draft.unlink(missing_ok=True)


def _id(key: bytes) -> bytes:
    return hashlib.sha256(b"clearance records key id" + key).digest()[:_ID_BYTES]


@lru_cache(maxsize=1_024)
def _cipher(key: bytes, place: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=f"clearance records: {place}".encode()).derive(key))
