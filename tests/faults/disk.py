"""Every state that a disk can be in after a power cut, from a recording of the system calls of a real program.

The model is the weakest that POSIX allows. Bytes written to a file are certain once the file was synced after them;
until then each write may have arrived, or not, or by some of its sectors. That a name exists, was given or was removed
is certain once its directory was synced; until then each may have happened or not.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

CALLS = (
    "openat,creat,write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,fallocate,lseek,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
)
SECTORS = (512, 4096)
_LINE = re.compile(r"^(?P<pid>\d+) +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?P<path><[^>]*>)?.*$")
_FD = re.compile(r"^(?P<fd>\d+)<(?P<path>[^>]*)>$")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


@dataclass(frozen=True, kw_only=True)
class Made:
    """A name came to be."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class Bytes:
    """Content at an offset; without content, the file was cut or grown to `offset` bytes."""

    path: Path
    offset: int
    content: bytes | None


@dataclass(frozen=True, kw_only=True)
class Moved:
    source: Path
    path: Path


@dataclass(frozen=True, kw_only=True)
class Gone:
    path: Path


@dataclass(frozen=True, kw_only=True)
class Folder:
    path: Path


@dataclass(frozen=True, kw_only=True)
class Synced:
    """A file or directory was synced: what it held when that began is certain."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """The program told somebody."""

    line: str


Event = Made | Bytes | Moved | Gone | Folder | Synced | Acknowledged
Disk = dict[Path, bytes | None]
"""Path below the base -> content; None for a directory."""


@dataclass(frozen=True, kw_only=True)
class State:
    """A disk that may have been left, and what was acknowledged before."""

    disk: Disk
    acknowledged: Sequence[str]

    def lay(self, folder: Path) -> Path:
        """Write it into a folder, which is emptied first."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, content in sorted(self.disk.items()):
            if content is None:
                (folder / path).mkdir(parents=True, exist_ok=True)
            elif (folder / path).parent.is_dir():  # a file is lost with the directory whose name is
                (folder / path).touch(mode=0o600)  # keys that others could read are refused
                (folder / path).write_bytes(content)
        return folder


def record(command: Sequence[str], *, base: Path, log: Path) -> "Recording":
    """Run a program to its end; what it asked of the disk below `base`, and what it said on standard output."""
    before = contents(base)
    trace = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-e", "signal=none"]
    run = subprocess.run([*trace, "-e", f"trace={CALLS}", "-o", str(log), *command], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return Recording(before=before, events=tuple(_Reader(base.resolve()).read(log)))


def contents(base: Path) -> Disk:
    """Everything below a folder."""
    found = (path for path in base.rglob("*") if not path.is_socket())
    return {path.relative_to(base): None if path.is_dir() else path.read_bytes() for path in found}


@dataclass
class _Reader:
    """From the lines of strace to events; offsets of plain writes are counted here."""

    base: Path
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)

    def read(self, log: Path) -> Iterator[Event]:
        with log.open() as lines:
            for line in lines:
                yield from self._event(self._whole(line.rstrip("\n")))

    def _whole(self, line: str) -> str:
        """A call that another thread interrupted in the log, put together where it ended."""
        pid, _, rest = line.partition(" ")
        if rest.endswith("<unfinished ...>"):
            self.begun[pid] = line.removesuffix("<unfinished ...>").rstrip()
            return ""
        if "resumed>" in rest:
            return self.begun.pop(pid) + rest.partition("resumed>")[2].lstrip(" ")
        return line

    def _event(self, line: str) -> Iterator[Event]:
        match = _LINE.match(line)
        if match is None or int(match["result"]) < 0:
            return
        arguments = _split(match["arguments"])
        fd = _FD.match(arguments[0])
        if match["call"] == "openat":
            yield from self._opened(match, arguments)
        elif fd is None:
            yield from self._named(match["call"], [self._name(text) for text in arguments if text.startswith('"')])
        elif (path := self._path(fd["path"])) is not None:
            yield from self._used(match, (match["pid"], fd["fd"]), path, arguments)
        elif match["call"] == "write" and fd["fd"] == "1":
            yield from (Acknowledged(line=each) for each in _content(arguments[1]).decode().splitlines())

    def _used(
        self, match: re.Match[str], key: tuple[str, str], path: Path, arguments: list[str]
    ) -> Iterator[Bytes | Synced]:
        result = int(match["result"])
        match match["call"]:
            case "write":
                offset = self.places.get(key, 0)
                self.places[key] = offset + result
                yield Bytes(path=path, offset=offset, content=_content(arguments[1])[:result])
            case "lseek":
                self.places[key] = result
            case "pwrite64":
                yield Bytes(path=path, offset=int(arguments[3]), content=_content(arguments[1])[:result])
            case "ftruncate":
                yield Bytes(path=path, offset=int(arguments[1]), content=None)
            case "fsync" | "fdatasync":
                yield Synced(path=path)
            case call:
                raise AssertionError(f"{call} is not in the model of the disk")

    def _named(self, call: str, names: list[Path | None]) -> Iterator[Event]:
        match call, names:
            case _, [None, *_]:
                return
            case (("rename" | "renameat" | "renameat2"), [Path() as source, Path() as target]):
                yield Moved(source=source, path=target)
            case (("unlink" | "unlinkat"), [Path() as path]):
                yield Gone(path=path)
            case (("mkdir" | "mkdirat"), [Path() as path]):
                yield Folder(path=path)
            case _:
                raise AssertionError(f"{call} {names} is not in the model of the disk")

    def _opened(self, match: re.Match[str], arguments: list[str]) -> Iterator[Event]:
        path = self._path((match["path"] or "<>")[1:-1])
        flags = arguments[2]
        self.places[match["pid"], match["result"]] = 0
        if path is None:
            return
        assert "O_APPEND" not in flags, "appending is not in the model of the disk"
        if "O_CREAT" in flags:
            yield Made(path=path)
        if "O_TRUNC" in flags:
            yield Bytes(path=path, offset=0, content=None)

    def _name(self, text: str) -> Path | None:
        return self._path(_content(text).decode())

    def _path(self, text: str) -> Path | None:
        """Where it is below the base."""
        text = _content(f'"{text}"').decode() if text.startswith("\\x") else text
        path = Path(text)
        return path.relative_to(self.base) if path.is_absolute() and path.is_relative_to(self.base) else None


def _split(arguments: str) -> list[str]:
    """Split at commas outside quotes; strings are in hexadecimal, so that no quote is inside one."""
    parts, quoted = [""], False
    for piece in re.split(r'(")', arguments):
        quoted ^= piece == '"'
        first, *rest = [piece] if quoted else piece.split(", ")
        parts[-1] += first
        parts += rest
    return [part.strip() for part in parts]


def _content(text: str) -> bytes:
    match = _TEXT.fullmatch(text)
    assert match, text[:80]
    assert not match[2], "strace cut a string short"
    return bytes.fromhex(match[1].replace("\\x", ""))


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What a program asked of the disk, in order, and the disk before."""

    before: Disk
    events: Sequence[Event]

    def states(self, *, wanted: int, seed: int) -> Iterator[State]:
        """So many different disks: at points all over the recording, none, all or some of what was not synced."""
        chance, seen = Random(seed), set[int]()
        points = [index for index, event in enumerate(self.events, start=1) if not isinstance(event, Synced)]
        made = tries = 0
        while made < wanted and tries < 20 * wanted:
            tries += 1
            point = chance.choice(points)
            state = self.state(point, chance, share=chance.choice((0.0, 1.0, 0.5, 0.1, 0.9)))
            mark = hash((tuple(sorted((str(p), c) for p, c in state.disk.items())), len(state.acknowledged)))
            if mark not in seen:
                seen.add(mark)
                made += 1
                yield state

    def state(self, point: int, chance: Random, *, share: float) -> State:
        """The disk after the first `point` events, of which those that are not certain arrived with this chance."""
        events = self.events[:point]
        certain = _certain(events)
        disk: dict[Path, bytearray | None] = {
            path: None if content is None else bytearray(content) for path, content in self.before.items()
        }
        for index, event in enumerate(events):
            if index in certain or chance.random() < share:
                _apply(disk, event)
            elif isinstance(event, Bytes) and event.content and share and chance.random() < 0.5:
                for part in _torn(event, chance):
                    _apply(disk, part)
        told = [event.line for event in events if isinstance(event, Acknowledged)]
        return State(
            disk={path: None if held is None else bytes(held) for path, held in disk.items()}, acknowledged=told
        )


def _certain(events: Sequence[Event]) -> set[int]:
    """The places of those events that a power cut after all of them cannot undo."""
    certain, synced = set[int](), set[Path]()
    for index in range(len(events) - 1, -1, -1):
        match events[index]:
            case Synced(path=path):
                synced.add(path)
                certain.add(index)
            case Bytes(path=path):
                if path in synced:
                    certain.add(index)
            case Made(path=path) | Moved(path=path) | Gone(path=path) | Folder(path=path):
                if path.parent in synced:
                    certain.add(index)
                if isinstance(events[index], Made | Folder):
                    synced.discard(path)  # an earlier file of that name is another one
            case Acknowledged():
                certain.add(index)
    return certain


def _apply(disk: dict[Path, bytearray | None], event: Event) -> None:
    match event:
        case Made(path=path):
            disk.setdefault(path, bytearray())
        case Folder(path=path):
            disk.setdefault(path, None)
        case Bytes(path=path, offset=offset, content=content):
            held = disk.get(path)
            if held is None:
                return  # its name never came to be
            length = offset if content is None else max(len(held), offset + len(content))
            held.extend(bytes(max(0, length - len(held))))
            if content is None:
                del held[offset:]
            else:
                held[offset : offset + len(content)] = content
        case Moved(source=source, path=path) if source in disk:
            disk[path] = disk.pop(source)
        case Gone(path=path):
            disk.pop(path, None)
        case _:
            pass


def _torn(event: Bytes, chance: Random) -> Iterator[Bytes]:
    """Some of the sectors of a write."""
    assert event.content is not None
    size = chance.choice(SECTORS)
    for start in range(0, len(event.content), size):
        if chance.random() < 0.5:
            yield Bytes(path=event.path, offset=event.offset + start, content=event.content[start : start + size])
