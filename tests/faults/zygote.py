"""Programs that start at once: one process loads what they need and forks for each start; what forks is the program.

A program killed a thousand times would spend its time importing. Here it is the same `main` with the same arguments, in
a process of its own that shares nothing but the code already read. The last restart of a test is the real command's.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

STARTS_WITHIN_S = 60.0
MODULES = ("clearance.cli", "clearance.signer", "clearance.serving", "clearance.worker", "verifier.__main__")
LATER = (
    "verifier.program",
    "clearance.card.photo",
    "clearance.cli.serve",
    "clearance.cli.signer",
    "clearance.cli.worker",
)
"""What the programs import when they are asked to run."""


class Zygote:
    """Starts programs on request; all of them end with it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, module: str, arguments: list[str], log: Path) -> int:
        """The process id of a new program: `python -m <module> <arguments>`, as it were."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps([module, arguments, str(log)]), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@contextmanager
def zygote(environment: Mapping[str, str]) -> Iterator[Zygote]:
    """It loads in the background: the first start waits for that. The environment is that of every program."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("CLEARANCE_", "VERIFIER_"))}
    command, ours = [sys.executable, "-m", __name__], {**ours, **environment}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**ours, **environment}
    ) as process:
        try:
            yield Zygote(process)
        finally:
            process.kill()


class Quick:
    """One program that a zygote starts; like `tests.stack.program.Program` where that is asked for."""

    def __init__(self, zygote: Zygote, module: str, *arguments: object, answers: Callable[[], bool], log: Path) -> None:
        self._zygote, self._module, self._log = zygote, module, log
        self._arguments = [str(each) for each in arguments]
        self.answers = answers
        self.pid: int | None = None

    @property
    def running(self) -> bool:
        return self.pid is not None and _lives(self.pid)

    def start(self, *, wait: bool = True) -> None:
        """Start it, again after `kill`; return when it answers, unless told not to wait."""
        assert not self.running
        self.pid = self._zygote.start(self._module, self._arguments, self._log)
        if wait:
            self.wait()

    def wait(self) -> None:
        """Return when it answers."""
        ends = time.monotonic() + STARTS_WITHIN_S
        while not self.answers():
            assert self.running, f"{self._arguments} ended: {self._log.read_text(errors='replace')[-3000:]}"
            assert time.monotonic() < ends, f"{self._arguments} did not answer within {STARTS_WITHIN_S} s"
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9."""
        assert self.pid is not None
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        while _lives(self.pid):
            time.sleep(0.001)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _serve() -> None:
    """Load, then fork for each line that comes."""
    for name in (*MODULES, *LATER):
        __import__(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    for line in iter(sys.stdin.readline, ""):
        module, arguments, log = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(module, arguments, log)
        print(pid, flush=True)


def _become(module: str, arguments: list[str], log: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing, said = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(source, target)
    sys.argv = [module, *arguments]
    status = 70
    try:
        sys.modules[module].main()
        status = 0
    except SystemExit as left:
        status = int(left.code or 0) if isinstance(left.code, int | None) else 1
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve()
