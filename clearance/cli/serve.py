"""`clearance serve` and `clearance demo`: start the programs and say clearly when they cannot start."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from clearance.cli.signals import ending_on_signals

HOME = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--home", type=HOME, required=True, help="The installation's folder (settings, documents).")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--socket", "file", type=click.Path(path_type=Path, dir_okay=False), help="A socket file, instead of host and port."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes.")
def serve(home: Path, host: str, port: int, file: Path | None, workers: int) -> None:
    """Serve the worker's page, the staff pages and the trust files of one installation.

    It holds no key: cards are signed by `clearance signer run`, and a production server that could read the keys does
    not start. While that program is down, everything but issuing goes on.

    One web process is enough for an office. Several, one for each processor, serve a nation: they need a shared
    limiter_storage, and `clearance worker run` beside them.

    Behind a proxy on the same machine a socket file keeps what is said off every network: its owner and its group can
    open it, and it has the group of its folder where that has the setgid bit.

    \b
    Example:
      clearance serve --home /srv/clearance
      clearance serve --home /srv/clearance --workers 4
      clearance serve --home /srv/clearance --socket /run/clearance-web/1.sock
    """
    from clearance.bootstrap import ConfigurationRefused
    from clearance.door import Port, SocketFile
    from clearance.serving import serving

    door = SocketFile(path=file.absolute()) if file else Port(host=host, port=port)
    try:
        with ending_on_signals() as signals, serving(home, door=door, processes=workers) as running:
            signals.stop = running.stop
            click.echo(f"Serving {door} - stop with Ctrl-C.")
            running.serve()
    except ConfigurationRefused as refused:
        raise click.ClickException("This installation must not start:\n  " + "\n  ".join(refused.faults)) from None
    except OSError as error:
        raise click.ClickException(f"{door} cannot be used: {error.strerror or error}.") from None


@click.command()
@click.option("--home", type=HOME, default=Path("var/demo"), show_default=True, help="The demo's own folder.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--desk-port", type=click.IntRange(1, 65535), default=8100, show_default=True)
@click.option("--reset", is_flag=True, help="Throw the demo's data and keys away first.")
@click.option("--yes", is_flag=True, help="Do not ask before --reset deletes.")
def demo(home: Path, port: int, desk_port: int, reset: bool, yes: bool) -> None:
    """Start the demo: invented people, demo keys, the signing service, the web and a desk.

    The first start makes everything; later starts go on with the same data. Ctrl-C stops all three programs.
    """
    from clearance.demo import home as demo_home
    from clearance.demo import programs, start

    home = home.absolute()
    try:
        if reset and home.exists():
            if not yes:
                click.confirm(f"Delete the demo in {home}?", abort=True)
            demo_home.reset(home)
        bars = Bars()
        start.run(home, port=port, desk_port=desk_port, say=bars.say, progress=bars.advance)
    except (start.PortTaken, programs.ProgramFailed, demo_home.NotADemo) as stopped:
        raise click.ClickException(str(stopped)) from None


class Bars:
    """One progress bar for each kind of work; gone when the work is done, silent where there is no terminal."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._tasks: dict[str, TaskID] = {}

    def advance(self, what: str, done: int, of: int) -> None:
        """Show that `done` of `of` are done."""
        if what not in self._tasks:
            self._progress.start()
            self._tasks[what] = self._progress.add_task(what, total=of)
        self._progress.update(self._tasks[what], completed=done)

    def say(self, text: str) -> None:
        """Take the bars down and print."""
        self._progress.stop()
        click.echo(text)
