"""The desk's own copy of root, trust bundle and status lists, and its memory of what it has seen.

    DIR/root.pem, DIR/trust.cose, DIR/status/*.cwt     as the issuer publishes them (docs/CARD-FORMAT.md section 6)
    DIR/trust.bak, DIR/status/*.bak                    what was last taken, once more
    STATE/floor.json, STATE/floor.bak                  the memory against roll-backs, twice, each with its hash

It decides that nothing takes the place of a good file but a better one, and that whatever moment the power fails at,
or whichever one file is damaged, the desk finds the last good state. What counts as good is decided by
`clearance.credential.held`. The root has no copy: it is what everything else is checked against, and comes by hand.
"""

import hashlib
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from clearance.credential.errors import UnusableFloor
from clearance.credential.held import Floor, HeldTrust, hold
from clearance.credential.status import MAX_TOKEN
from clearance.credential.trust import MAX_BUNDLE

MEMORY, COPY = "floor.json", "floor.bak"
STATUS_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}")
MAX_ROOTS = 1 << 16  # bytes of root.pem; one root takes under 1,000

log = logging.getLogger(__name__)


class TrustStore:
    """Trust files in one directory, the memory in another; without `state_directory` there is no memory.

    Threads may share one; processes that share a state directory take turns.
    """

    def __init__(self, directory: Path, state_directory: Path | None = None) -> None:
        self._trust = directory / "trust.cose"
        self._root = directory / "root.pem"
        self._status = directory / "status"
        self._state = state_directory
        self._lock = Lock()
        self._last: tuple[Files, Floor, HeldTrust] | None = None

    def load(self) -> HeldTrust:
        """What the files on disk are worth now; the memory is raised and durable before this returns.

        Never raises for bad or missing files: `HeldTrust.faults` says what does not count. A damaged memory, or one
        that cannot be kept, leaves no usable trust, because a roll-back could then not be told.
        """
        try:
            with self._taking_turns():
                return self._load()
        except (UnusableFloor, OSError) as fault:
            return HeldTrust(bundle=None, faults=(f"the memory of this desk cannot be used: {fault}",))

    def offer_trust(self, token: bytes) -> bool:
        """Take a trust bundle if it verifies and is no older than any seen. True: these bytes are held now."""
        try:
            with self._taking_turns():
                return self._offer_trust(token)
        except (UnusableFloor, OSError) as fault:
            log.error("trust bundle not taken: %s", fault)
            return False

    def offer_status(self, name: str, token: bytes) -> bool:
        """Take a status list if it is genuine and no older than any seen of its uri. True: these bytes are held now.

        `name` is the file's name without suffix; a file never loses the list of one uri to that of another.
        """
        try:
            with self._taking_turns():
                return STATUS_NAME.fullmatch(name) is not None and self._offer_status(name, token)
        except (UnusableFloor, OSError) as fault:
            log.error("status list not taken: %s", fault)
            return False

    def status_uris(self) -> Sequence[str]:
        """Addresses of the lists that the trust bundle names; empty without a usable bundle."""
        bundle = self.load().bundle
        return bundle.status_uris if bundle else ()

    def is_whole(self) -> bool:
        """Whether a usable bundle and every list that it names are held."""
        held = self.load()
        return held.bundle is not None and held.lists.keys() >= set(held.bundle.status_uris)

    def _load(self) -> HeldTrust:
        files, floor = self._files(), self._floor()
        if self._last is not None and self._last[:2] == (files, floor):
            return self._last[2]
        files = self._mended(files)
        held = files.hold(floor)
        if self._state is not None and held.floor != floor:
            for name in (COPY, MEMORY):
                write_atomically(self._state / name, _sealed(held.floor))
        self._last = (files, floor, held)
        return held

    def _offer_trust(self, token: bytes) -> bool:
        held, files = self._load(), self._files()
        if replace(files, trust=token).hold(held.floor).bundle is None:
            return False
        _keep_twice(self._trust, token)
        return self._load().bundle is not None

    def _offer_status(self, name: str, token: bytes) -> bool:
        path = self._status / f"{name}.cwt"
        held, files, present = self._load(), self._files(), _content(path, MAX_TOKEN)
        offered = replace(files, status=(token,)).hold(held.floor).lists
        kept = replace(files, status=(present,)).hold(held.floor).lists if present is not None else {}
        allowed = held.bundle.status_uris if held.bundle else ()
        if not offered or any(uri not in allowed or each.rolled_back for uri, each in offered.items()):
            return False
        if kept and kept.keys() != offered.keys():
            return False
        _keep_twice(path, token)
        return self._load().bundle is not None

    def _mended(self, files: "Files") -> "Files":
        """The files after those that are damaged or gone were put back as they were last taken.

        A genuine file stays, however old: whether it may count is for the memory to say, and whoever laid it there
        should hear of it. Without a memory nothing is written.
        """
        if self._state is None:
            return files
        _mend(self._trust, MAX_BUNDLE, lambda token: replace(files, trust=token).hold(Floor()).bundle is not None)
        files = self._files()
        for copy in _paths(self._status, "*.bak"):
            path = copy.with_suffix(".cwt")
            _mend(path, MAX_TOKEN, lambda token: bool(replace(files, status=(token,)).hold(Floor()).lists))
        return self._files()

    def _files(self) -> "Files":
        contents = (_content(path, MAX_TOKEN) for path in _paths(self._status, "*.cwt"))
        return Files(
            root=_content(self._root, MAX_ROOTS) or b"",
            trust=_content(self._trust, MAX_BUNDLE),
            status=tuple(content for content in contents if content is not None),
        )

    def _floor(self) -> Floor:
        """The memory; where it is damaged, its copy, which then mends it. Raises UnusableFloor when both are."""
        if self._state is None:
            return Floor()
        memory, copy = self._state / MEMORY, self._state / COPY
        kept = [path for path in (memory, copy) if path.exists()]
        for path in kept:
            content = path.read_bytes() if path.is_file() else b""
            with suppress(UnusableFloor):
                floor = _unsealed(content)
                if path is copy:
                    log.warning("%s was damaged or missing, and is mended from its copy", memory)
                    write_atomically(memory, content)
                return floor
        if kept:
            raise UnusableFloor(f"{memory} and its copy are damaged; a supervisor must set up the desk anew")
        return Floor()

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        with self._lock:
            if self._state is None or sys.platform == "win32":
                yield
                return
            import fcntl

            self._state.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._state, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)


@dataclass(frozen=True, kw_only=True)
class Files:
    """The contents of a trust directory at one moment."""

    root: bytes
    trust: bytes | None
    status: tuple[bytes, ...]

    def hold(self, floor: Floor) -> HeldTrust:
        return hold(root_pem=self.root, trust_token=self.trust, status_tokens=self.status, floor=floor)


def _keep_twice(path: Path, token: bytes) -> None:
    """Write a file and its copy where they are not so already; the copy first, so that it is never the older one."""
    for each in (path.with_suffix(".bak"), path):
        if _content(each, len(token)) != token:
            write_atomically(each, token)


def _mend(path: Path, limit: int, is_genuine: Callable[[bytes], bool]) -> None:
    """Put a file back from its copy where the file is damaged or gone and its copy is not."""
    present, copy = _content(path, limit), _content(path.with_suffix(".bak"), limit)
    if copy is None or present == copy or (present is not None and is_genuine(present)) or not is_genuine(copy):
        return
    log.warning("%s was damaged or missing, and is mended from its copy", path)
    with suppress(OSError):  # a disk that cannot be written: the file then counts as absent
        write_atomically(path, copy)


def _sealed(floor: Floor) -> bytes:
    """The memory with its hash, because a digit that flips would make another memory of it."""
    text = floor.to_json().encode()
    return text + b"\n" + hashlib.sha256(text).hexdigest().encode() + b"\n"


def _unsealed(content: bytes) -> Floor:
    text, _, sealed = content.removesuffix(b"\n").rpartition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != sealed:
        raise UnusableFloor("its hash does not match")
    return Floor.from_json(text.decode("utf-8", errors="replace"))


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` so that a power cut leaves the old content or the new: write beside it, sync, rename, sync."""
    new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)
    for above in path.parents[1:] if new else ():  # which may be as new as the file
        with suppress(PermissionError):
            _sync_directory(above)


def _sync_directory(path: Path) -> None:
    if sys.platform == "win32":  # Windows cannot open a directory, and makes a rename durable by itself
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _paths(directory: Path, pattern: str) -> Sequence[Path]:
    try:
        return sorted(directory.glob(pattern))
    except (OSError, ValueError):
        return ()


def _content(path: Path, limit: int) -> bytes | None:
    """The file, or None where there is none to read; beyond the limit it is cut, and no longer verifies."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return None
