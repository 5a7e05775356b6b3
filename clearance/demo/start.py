"""Start the demo: signing service and desk as programs of their own, the web in this process; Ctrl-C stops all."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from clearance.demo import home as demo_home
from clearance.demo import programs
from clearance.demo.programs import HOST


class PortTaken(Exception):
    """Another program listens where we want to."""


def run(
    home: Path,
    *,
    port: int,
    desk_port: int,
    say: Callable[[str], None],
    progress: Callable[[str, int, int], None],
) -> None:
    """Prepare the demo where needed, serve it and return after Ctrl-C or SIGTERM.

    Raises PortTaken, NotADemo, ProgramFailed, each with a sentence for the person at the keyboard.
    """
    for number, option in ((port, "--port"), (desk_port, "--desk-port")):
        _check_port(number, option)
    demo_home.prepare(home, progress=progress)
    with (
        _stopping_on_signals(),
        programs.signer(home) as signer,
        programs.desk(home, port=port, desk_port=desk_port) as desk,
    ):
        from clearance.door import Port
        from clearance.serving import serving  # takes about as long to load as the other two to start

        with serving(home, door=Port(host=HOST, port=port)) as web:
            signer.wait()
            desk.wait()
            say(_banner(home, port=port, desk_port=desk_port))
            web.serve()
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
