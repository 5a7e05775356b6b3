"""Every state that a disk can be in after a power cut, from a recording of what a program asked of it.

The model is the weakest that POSIX allows: what was written to a file is certain once the file was synced; that a name
exists, was renamed, removed or made a directory is certain once the directory above was synced. Until then each may
have happened or not, alone, and written bytes may have arrived in full, by half, as zeros or not at all.

Opening, renaming, removing and making directories are heard of through audit events, so that no way of writing a file
is missed; syncing has none, and is listened to at `os.fsync`.
"""

import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(frozen=True, kw_only=True)
class Created:
    """A name came to be, or an existing file was emptied: it was opened for writing."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class Written:
    path: Path
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Renamed:
    source: Path
    target: Path


@dataclass(frozen=True, kw_only=True)
class Removed:
    path: Path


@dataclass(frozen=True, kw_only=True)
class MadeDirectory:
    path: Path


@dataclass(frozen=True, kw_only=True)
class Synced:
    path: Path


Event = Created | Written | Renamed | Removed | MadeDirectory | Synced
Disk = dict[Path, bytes | None]
"""Path below the base -> content; None for a directory."""

NOTHING, EMPTY, ZEROS, HALF, ALL = range(5)

_listening: list["Recording"] = []
_hooked = False


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    for recording in _listening:
        recording.hear(event, arguments)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What happened below `base`, in order; `before` is a copy of it as it was."""

    base: Path
    before: Path
    events: list[Event] = field(default_factory=list)

    def of(self, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> object:
        """Run `act` and note what it asks of the disk."""
        global _hooked
        if not _hooked:
            sys.addaudithook(_hear)  # there is no taking it away again; `_listening` silences it
            _hooked = True
        fsync = os.fsync

        def fsynced(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            self._note_content()
            self.events.append(Synced(path=path))
            fsync(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsynced)
            _listening.append(self)
            try:
                return act()
            finally:
                _listening.remove(self)
                self._note_content()

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        match event, arguments:
            case "open", (str() | bytes() | os.PathLike() as path, _, int(flags)) if flags & (
                os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
            ):
                self._note(Created(path=Path(os.fsdecode(path))))
            case "os.rename", (source, target, *_):
                self._note_content()
                self._note(Renamed(source=Path(str(source)), target=Path(str(target))))
            case "os.remove", (path, *_):
                if Path(str(path)).exists():
                    self._note(Removed(path=Path(str(path))))
            case "os.mkdir", (path, *_):
                if not Path(str(path)).exists():
                    self._note(MadeDirectory(path=Path(str(path))))
            case (("os.truncate" | "os.link" | "os.symlink" | "os.rmdir" | "shutil.rmtree"), _):
                raise AssertionError(f"{event} is not in the model of the disk")
            case _:
                pass

    def _note(self, event: Event) -> None:
        path = event.target if isinstance(event, Renamed) else event.path
        if path.is_relative_to(self.base):
            self.events.append(event)

    def _note_content(self) -> None:
        """What the files opened for writing hold by now."""
        for path in {event.path for event in self.events if isinstance(event, Created)}:
            with suppress(FileNotFoundError):
                written = Written(path=path, content=path.read_bytes())
                if written.content and written not in self.events:
                    self.events.append(written)

    def states(self, directory: Path) -> Iterator[tuple[Path, bool]]:
        """Build each possible disk below `directory`, one at a time; True with those after the last event."""
        seen: dict[tuple[object, ...], bool] = {}
        disks: dict[tuple[object, ...], Disk] = {}
        for length in range(len(self.events) + 1):
            for disk in _disks(_contents(self.before), self.events[:length], self.base):
                key = tuple(sorted(disk.items(), key=lambda item: str(item[0])))
                disks[key] = disk
                seen[key] = length == len(self.events)
        for key, after in seen.items():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            for path, content in sorted(disks[key].items()):
                if content is None:
                    (directory / path).mkdir(parents=True, exist_ok=True)
                else:
                    (directory / path).write_bytes(content)
            yield directory, after


def _contents(directory: Path) -> Disk:
    return {path.relative_to(directory): path.read_bytes() if path.is_file() else None for path in directory.rglob("*")}


def _disks(before: Disk, events: list[Event], base: Path) -> Iterator[Disk]:
    """The disks that these events may have left."""
    uncertain = [index for index, event in enumerate(events) if not _is_certain(index, event, events)]
    choices = [
        (NOTHING, EMPTY, ZEROS, HALF, ALL) if isinstance(events[index], Written) else (NOTHING, ALL)
        for index in uncertain
    ]
    for chosen in itertools.product(*choices):
        choice = dict(zip(uncertain, chosen, strict=True))
        disk = dict(before)
        for index, event in enumerate(events):
            if choice.get(index, ALL) != NOTHING:
                _apply(disk, event, base, choice.get(index, ALL))
        yield {path: content for path, content in disk.items() if _is_reachable(path, disk)}


def _is_certain(index: int, event: Event, events: list[Event]) -> bool:
    later = events[index:]
    match event:
        case Written(path=path):
            return Synced(path=path) in later
        case Renamed(target=path) | Created(path=path) | Removed(path=path) | MadeDirectory(path=path):
            return Synced(path=path.parent) in later
        case Synced():
            return True


def _is_reachable(path: Path, disk: Disk) -> bool:
    """A file is lost with the directory whose name is."""
    return all(above in disk for above in path.parents if above != Path())


def _apply(disk: Disk, event: Event, base: Path, choice: int) -> None:
    match event:
        case Created(path=path):
            disk[path.relative_to(base)] = b""
        case Written(path=path, content=content) if path.relative_to(base) in disk:
            arrived = {EMPTY: b"", ZEROS: bytes(len(content)), HALF: content[: len(content) // 2], ALL: content}
            disk[path.relative_to(base)] = arrived[choice]
        case Renamed(source=source, target=target) if source.relative_to(base) in disk:
            disk[target.relative_to(base)] = disk.pop(source.relative_to(base))
        case Removed(path=path):
            disk.pop(path.relative_to(base), None)
        case MadeDirectory(path=path):
            disk[path.relative_to(base)] = None
        case _:
            pass
