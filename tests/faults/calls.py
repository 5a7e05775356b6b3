"""One system call of a program made to fail, or the program killed at it, by strace; and how the program took it.

The program is a function in a process of its own that is forked from this one, so that it starts at once; strace is
attached before it begins. Calls are counted one kind at a time, as strace counts them.
"""

import os
import re
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "mkdir")
DONE, SAID_SO, FELL = 0, 75, 70
"""How a program ends: done; it said that it could not and why; an exception nobody foresaw."""
_CALL = re.compile(r"^\d+ +(\w+)\(")


class Fault(StrEnum):
    """What becomes of a call."""

    EIO = "error=EIO"
    ENOSPC = "error=ENOSPC"
    KILL = "signal=KILL"


@dataclass(frozen=True, kw_only=True)
class Point:
    """The n-th call of a kind, and what becomes of it."""

    call: str
    number: int
    fault: Fault


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program took it. `status` is negative for a signal."""

    status: int
    said: str


def run(
    program: Callable[[], None], *, clear: tuple[type[Exception], ...], log: Path, point: Point | None = None
) -> Ended:
    """Run a program to its end, with one fault where a point is given. `clear` are exceptions that its users see as a
    sentence of their own."""
    said, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        _become(program, clear, says)
    os.close(says)
    os.waitpid(child, os.WUNTRACED)
    inject = ["-e", f"inject={point.call}:{point.fault}:when={point.number}"] if point else []
    command = [
        "strace",
        "-f",
        "-y",
        "-p",
        str(child),
        "-o",
        str(log),
        "-e",
        "signal=none",
        "-e",
        f"trace={','.join(CALLS)}",
    ]
    with subprocess.Popen([*command, *inject], stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr
        assert "attached" in strace.stderr.readline()
        os.kill(child, signal.SIGCONT)
        with os.fdopen(said, "rb") as words:
            heard = words.read().decode()
        _, status = os.waitpid(child, 0)
        strace.communicate()
    return Ended(status=os.waitstatus_to_exitcode(status), said=heard)


def made(log: Path, *, below: Path) -> list[tuple[str, int]]:
    """The calls of a run that concern the folder `below`: the kind, and which of its kind. Others are to the program's
    own code."""
    counted, found = Counter[str](), []
    for line in log.read_text().splitlines():
        if match := _CALL.match(line):
            counted[match[1]] += 1
            if str(below) in line:
                found.append((match[1], counted[match[1]]))
    return found


def points(calls: Sequence[tuple[str, int]], *, wanted: int) -> Iterator[Point]:
    """Points all over a run, so many or every one there is; each kind of call and each fault among them."""
    every = [
        Point(call=call, number=number, fault=fault)
        for call, number in sorted(calls)
        for fault in Fault
        if not (fault is Fault.ENOSPC and call in {"fsync", "unlink"})
    ]
    step = max(1, len(every) // wanted) | 1  # odd, and so no multiple of a pattern of two
    yield from every[::step]


def _become(program: Callable[[], None], clear: tuple[type[Exception], ...], says: int) -> None:
    status = FELL
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
        program()
        status = DONE
    except clear as error:
        os.write(says, f"{type(error).__name__}: {error}".encode())
        status = SAID_SO
    except BaseException:  # noqa: BLE001 - whatever it is, the test is to show it
        os.write(says, traceback.format_exc().encode())
    finally:
        sys.stdout.flush()
        os._exit(status)
