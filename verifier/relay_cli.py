"""`verifier relay`: let one computer of an airport carry used marks between its desks, without internet."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import click

DEFAULT_PORT = 8101
HOME = click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), help="Where everything lies. [VERIFIER_HOME, var/desk]"
)


@click.group()
def relay() -> None:
    """Carry marks of used cards between the desks of an airport, without internet.

    \b
    On the computer that is always on:   verifier relay run
    At every desk, once:                 verifier relay join "RELAY https://…"
    """


@relay.command()
@HOME
@click.option("--listen", default="0.0.0.0", show_default=True, help="Address of this computer to listen at.")  # noqa: S104
@click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True)
def run(home: Path | None, listen: str, port: int) -> None:
    """Be the relay, and say which line the desks must be told."""
    from verifier.bootstrap import now, wait_for_the_end

    try:
        with serving(_home(home), listen=listen, port=port, now=now()) as code:
            click.echo(f"Relay / রিলে  {code.rpartition(' ')[0].split()[1]}")
            click.echo("Tell every desk, once / প্রতিটি ডেস্কে একবার:")
            click.echo(f'  verifier relay join "{code}"')
            wait_for_the_end()
    except OSError as error:
        raise click.ClickException(f"The relay cannot start: {error}.\nরিলে চালু করা যাচ্ছে না: {error}।") from error


@relay.command()
@HOME
@click.argument("code")
def join(home: Path | None, code: str) -> None:
    """Tell this desk which relay to talk to. CODE is the line that the relay says when it starts; `-` reads it.

    \b
    Exit status: 0 joined; 64 wrong usage, or not such a line; 1 the relay does not answer, or another one does.
    """
    from verifier import relay_link
    from verifier.config import settings

    try:
        read = relay_link.RelayCode.read(sys.stdin.read(1000) if code == "-" else code)
    except relay_link.NotARelay as error:
        raise click.UsageError(f"{error}\nএটি কোনো রিলের কোড নয়।") from error
    try:
        known = relay_link.join(settings(os.environ, home=home).relay, read)
    except (relay_link.NotARelay, OSError) as error:
        raise click.ClickException(f"Not joined: {error}\nযুক্ত হয়নি: {error}") from error
    click.echo(f"Joined / যুক্ত হয়েছে: {known.url}")


@contextmanager
def serving(home: Path, *, listen: str, port: int, now: int) -> Iterator[str]:
    """A relay that answers until the block is left; what is yielded is the line for desks. `now` in UTC seconds.

    Raises OSError.
    """
    from cheroot.ssl.builtin import BuiltinSSLAdapter
    from cheroot.wsgi import Server

    from verifier.relay import Marks, create_relay
    from verifier.relay_link import RelayKeys

    keys = RelayKeys(folder=home / "relay")
    keys.make(now=datetime.fromtimestamp(now, UTC))
    app = create_relay(Marks(keys.folder / "marks.db"), secret=keys.secret)
    server = Server((listen, port), app, numthreads=8, server_name="relay")
    server.ssl_adapter = BuiltinSSLAdapter(str(keys.certificate), str(keys.key))
    server.prepare()
    thread = Thread(target=server.serve, name="relay", daemon=True)
    thread.start()
    try:
        yield str(keys.code(f"https://{_address_of(listen)}:{server.bind_addr[1]}"))
    finally:
        server.stop()
        thread.join(5)


def _address_of(listen: str) -> str:
    """The address that desks can reach: this computer's own on the local network where it listens everywhere."""
    if listen not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return listen
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; asks which way it would go
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _home(home: Path | None) -> Path:
    from verifier.config import settings

    return settings(os.environ, home=home).home
