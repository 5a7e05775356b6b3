"""The files that desks fetch, as this program hands them out: whole and verified, or the last that were.

A file that is damaged, half-written, older than the one before or gone never takes the place of a good one; it is
logged, and the good one is handed out from memory. Which lists there are is said by the trust bundle, not by the names
that somebody asks for. Nothing here holds a key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

import structlog

from clearance.credential.chain import read_roots
from clearance.credential.checkpoint import Checkpoint, read_checkpoint
from clearance.credential.errors import CredentialError
from clearance.credential.held import HeldTrust, hold
from clearance.credential.status import MAX_TOKEN

ROOT, TRUST, CHECKPOINT = "root.pem", "trust.cose", "checkpoint.cose"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Published:
    """One file. `number` tells editions apart: a later one has a higher number, or the same bytes."""

    content: bytes
    modified: datetime
    number: int

    @property
    def etag(self) -> str:
        return sha256(self.content).hexdigest()


class PublishedFiles:
    """One published directory. May be shared by threads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = Lock()
        self._good: dict[str, Published] = {}
        self._looked_at: dict[str, object] = {}
        self._held: tuple[tuple[bytes, ...], HeldTrust] | None = None
        self._named: tuple[Published, frozenset[str]] | None = None

    def root(self) -> Published | None:
        """root.pem; None where there never was a good one."""
        with self._lock:
            return self._root()

    def trust(self) -> Published | None:
        """trust.cose."""
        with self._lock:
            return self._trust()

    def status(self, name: str) -> Published | None:
        """The list of this name, if the bundle names it."""
        with self._lock:
            return self._status(name) if name in self._names() else None

    def checkpoint(self) -> Published | None:
        """checkpoint.cose, how far the record of acts has come."""
        with self._lock:
            return self._checkpoint()

    def last_checkpoint(self) -> Checkpoint | None:
        """What the checkpoint handed out now says."""
        with self._lock:
            file = self._checkpoint()
            return self._read_checkpoint(file.content) if file else None

    def held(self) -> HeldTrust:
        """What a new desk holds that fetches everything now."""
        with self._lock:
            lists = [self._status(name) for name in sorted(self._names())]
            contents = tuple(each.content if each else b"" for each in (self._root(), self._trust(), *lists))
            if self._held is None or self._held[0] != contents:
                root, trust, *tokens = contents
                self._held = contents, hold(root_pem=root, trust_token=trust, status_tokens=filter(None, tokens))
            return self._held[1]

    def _root(self) -> Published | None:
        return self._current(ROOT, _root_number)

    def _trust(self) -> Published | None:
        return self._current(TRUST, self._trust_number)

    def _status(self, name: str) -> Published | None:
        trust = self._trust()  # a list that did not count under the last bundle may count under this one
        return self._current(f"status/{name}.cwt", lambda token: self._list_number(token, name), under=trust)

    def _checkpoint(self) -> Published | None:
        return self._current(CHECKPOINT, self._checkpoint_number, under=self._trust())

    def _names(self) -> frozenset[str]:
        """The names of the bundle's lists."""
        trust, root = self._trust(), self._root()
        if trust is None or root is None:
            return frozenset()
        if self._named is None or self._named[0] is not trust:
            bundle = hold(root_pem=root.content, trust_token=trust.content).bundle
            self._named = trust, frozenset(map(list_name, bundle.status_uris)) if bundle else frozenset()
        return self._named[1]

    def _current(
        self, name: str, number_of: Callable[[bytes], int | None], *, under: Published | None = None
    ) -> Published | None:
        """The file as it lies there if it is good and no older than the last good one, else that one."""
        path = self._directory / name
        try:
            seen = path.stat()
            stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino, under)
            if self._looked_at.get(name) == stamp:
                return self._good.get(name)
            with path.open("rb") as file:
                content = file.read(MAX_TOKEN + 1)
        except OSError:
            return self._good.get(name)
        self._looked_at[name] = stamp
        number, last = number_of(content), self._good.get(name)
        if number is None or (last is not None and number < last.number):
            log.error("a published file is not handed out", file=name, handed_out=last.etag if last else None)
            return last
        self._good[name] = Published(
            content=content, modified=datetime.fromtimestamp(int(seen.st_mtime), UTC), number=number
        )
        return self._good[name]

    def _trust_number(self, token: bytes) -> int | None:
        root = self._root()
        bundle = hold(root_pem=root.content, trust_token=token).bundle if root else None
        return bundle.sequence if bundle else None

    def _list_number(self, token: bytes, name: str) -> int | None:
        root, trust = self._root(), self._trust()
        if root is None or trust is None:
            return None
        lists = hold(root_pem=root.content, trust_token=trust.content, status_tokens=[token]).lists
        return next((each.newest.issued_at for uri, each in lists.items() if list_name(uri) == name), None)

    def _checkpoint_number(self, token: bytes) -> int | None:
        """Its time: a checkpoint that went back is handed out all the same, so that desks see it."""
        checkpoint = self._read_checkpoint(token)
        return checkpoint.issued_at if checkpoint else None

    def _read_checkpoint(self, token: bytes) -> Checkpoint | None:
        root, trust = self._root(), self._trust()
        if root is None or trust is None:
            return None
        try:
            return read_checkpoint(token, signers=hold(root_pem=root.content, trust_token=trust.content).signers)
        except CredentialError:
            return None


def list_name(status_uri: str) -> str:
    """The file name of a list, without its suffix: the last part of its address (docs/CARD-FORMAT.md section 6)."""
    return urlsplit(status_uri).path.rpartition("/")[2].removesuffix(".cwt")


def _root_number(pem: bytes) -> int | None:
    try:
        read_roots(pem)
    except CredentialError:
        return None
    return 0
