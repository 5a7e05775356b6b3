"""Every state that a disk can be in after a power cut, from a recording of what a program asked of it.

The model: bytes written to a file are certain once the file was synced; a rename is certain once its directory was
synced. Until then each may have happened, may not, and written bytes may have arrived in part.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(frozen=True, kw_only=True)
class Written:
    path: Path
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Renamed:
    source: Path
    target: Path


@dataclass(frozen=True, kw_only=True)
class Synced:
    path: Path


Event = Written | Renamed | Synced


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What happened below `base`, in order; `before` is a copy of it as it was."""

    base: Path
    before: Path
    events: list[Event] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen to fsync and replace. A file's content is noted when it is synced, or renamed without that."""
        fsync, replace = os.fsync, os.replace

        def fsynced(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_file():
                self.events.append(Written(path=path, content=path.read_bytes()))
            self.events.append(Synced(path=path))
            fsync(descriptor)

        def replaced(source: Path, target: Path) -> None:
            written = Written(path=Path(source), content=Path(source).read_bytes())
            if written not in self.events:
                self.events.append(written)
            self.events.append(Renamed(source=Path(source), target=Path(target)))
            replace(source, target)

        monkeypatch.setattr(os, "fsync", fsynced)
        monkeypatch.setattr(os, "replace", replaced)

    def states(self, directory: Path) -> Iterator[Path]:
        """Build each possible disk below `directory`, one at a time."""
        seen = set()
        for length in range(len(self.events) + 1):
            for state in _disks(_contents(self.before), self.events[:length], self.base):
                key = tuple(sorted(state.items()))
                if key in seen:
                    continue
                seen.add(key)
                shutil.rmtree(directory, ignore_errors=True)
                for name, content in state.items():
                    (directory / name).parent.mkdir(parents=True, exist_ok=True)
                    (directory / name).write_bytes(content)
                yield directory


def _contents(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def _disks(before: dict[str, bytes], events: list[Event], base: Path) -> Iterator[dict[str, bytes]]:
    """The disks that these events may have left."""
    uncertain = [index for index, event in enumerate(events) if not _is_certain(index, event, events)]
    choices = [(0, 1) if isinstance(events[index], Renamed) else (0, 1, 2, 3) for index in uncertain]
    for chosen in itertools.product(*choices):
        choice = dict(zip(uncertain, chosen, strict=True))
        disk = dict(before)
        for index, event in enumerate(events):
            _apply(disk, event, base, choice.get(index, 3))
        yield disk


def _is_certain(index: int, event: Event, events: list[Event]) -> bool:
    match event:
        case Written(path=path):
            return Synced(path=path) in events[index:]
        case Renamed(target=target):
            return Synced(path=target.parent) in events[index:]
        case Synced():
            return True


def _apply(disk: dict[str, bytes], event: Event, base: Path, choice: int) -> None:
    """`choice`: 0 nothing arrived, 1 the name without content (of a rename: all), 2 half of the content, 3 all."""
    match event:
        case Written(path=path, content=content) if choice:
            disk[str(path.relative_to(base))] = content[: {1: 0, 2: len(content) // 2, 3: len(content)}[choice]]
        case Renamed(source=source, target=target) if choice and str(source.relative_to(base)) in disk:
            disk[str(target.relative_to(base))] = disk.pop(str(source.relative_to(base)))
        case _:
            pass
