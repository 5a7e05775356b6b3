"""Start the demo: the issuing service in this process, the desk as a program of its own, both stopped by Ctrl-C."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from clearance.bootstrap import serving
from clearance.demo import home as demo_home

HOST = "127.0.0.1"
DESK_STARTS_WITHIN_S = 30
DESK_STOPS_WITHIN_S = 10


class PortTaken(Exception):
    """Another program listens where we want to."""


class DeskFailed(Exception):
    """The desk did not come up."""


def run(
    home: Path,
    *,
    port: int,
    desk_port: int,
    say: Callable[[str], None],
    progress: Callable[[str, int, int], None],
) -> None:
    """Prepare the demo where needed, serve it and return after Ctrl-C or SIGTERM.

    Raises PortTaken, NotADemo, DeskFailed, each with a sentence for the person at the keyboard.
    """
    for number, option in ((port, "--port"), (desk_port, "--desk-port")):
        _check_port(number, option)
    demo_home.prepare(home, progress=progress)
    with (
        _stopping_on_signals(),
        _desk(home, port=port, desk_port=desk_port) as desk,
        serving(home, host=HOST, port=port) as serve,
    ):
        _wait_for_desk(desk, desk_port)
        say(_banner(home, port=port, desk_port=desk_port))
        serve()
    say("Stopped. The demo's data are kept; `make run` goes on where you left off.")


def _banner(home: Path, *, port: int, desk_port: int) -> str:
    return "\n".join(
        (
            "",
            "DEMO: invented people, keys made on this machine. Cards made here are refused at real desks.",
            "",
            f"  Worker's page   http://{HOST}:{port}/",
            f"  Staff           http://{HOST}:{port}/staff/",
            f"  Desk            http://{HOST}:{desk_port}/",
            f"  Sample cards    {home / 'cards'}",
            "",
            demo_home.welcome(home),
            f"These logins are kept in {home / demo_home.READY}. Stop: Ctrl-C. Start over: python3 dev.py run --reset",
        )
    )


def _check_port(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            message = (
                f"Port {port} is taken: is the demo running already? Stop that program, or choose with {option} N."
            )
            raise PortTaken(message) from None


@contextmanager
def _desk(home: Path, *, port: int, desk_port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The desk as a child process; it is asked to stop at the end, and made to when it does not."""
    command = [sys.executable, "-m", "verifier", "run", "--home", str(home / "desk")]
    command += ["--issuer", f"http://{HOST}:{port}", "--port", str(desk_port)]
    with subprocess.Popen(command) as desk:  # noqa: S603 - our own program, no shell
        try:
            yield desk
        finally:
            desk.terminate()
            try:
                desk.wait(DESK_STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                desk.kill()


def _wait_for_desk(desk: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(DESK_STARTS_WITHIN_S * 10):
        if desk.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise DeskFailed("The desk did not start; what it said stands above.")


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does; a second Ctrl-C while stopping does not tear the stop apart."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        yield
    except KeyboardInterrupt:
        return
