"""ClamAV's daemon, with one signature of our own and no other: for what looks through files."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from clearance.clamd import Clamd
from clearance.issuing.ports import ScannerAway
from tests.fakes.scanner import MARK
from tests.stack.program import Program, free_port, running

SETTINGS = """
LocalSocket {folder}/clamd.ctl
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength 2M
AlertExceedsMax {tells_limits}
ScanImageFuzzyHash no
"""


def require() -> None:
    """Skip the test where there is no clamd; on a build server that is a failure."""
    if shutil.which("clamd") is None:
        assert not os.environ.get("CI"), "clamd is needed here"
        pytest.skip("clamav-daemon is not installed")


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """The running daemon, by its socket and over loopback."""

    address: str
    tcp_address: str
    program: Program


@contextmanager
def clamd(*, tells_limits: bool = True) -> Iterator[Daemon]:
    """A daemon that finds MARK, wherever it stands; never as root. `tells_limits`: it says where it gave up."""
    with TemporaryDirectory(prefix="clamd-") as name:
        folder = Path(name)
        (folder / "signatures").mkdir()
        (folder / "signatures" / "own.ndb").write_text(f"Clearance.Test.Mark:0:*:{MARK.hex()}\n")
        port = free_port()
        settings = SETTINGS.format(folder=folder, port=port, tells_limits="yes" if tells_limits else "no")
        if os.geteuid() == 0:
            shutil.chown(folder, "clamav", "clamav")
            folder.chmod(0o755)
            settings += "User clamav\n"
        (folder / "clamd.conf").write_text(settings)
        address = f"unix:{folder / 'clamd.ctl'}"
        command = ("clamd", "-c", folder / "clamd.conf")
        with running(Program(command, answers=lambda: _answers(address), log=folder / "log")) as program:
            yield Daemon(address=address, tcp_address=f"tcp://127.0.0.1:{port}", program=program)


def _answers(address: str) -> bool:
    try:
        return bool(Clamd(address).version())
    except ScannerAway:
        return False
