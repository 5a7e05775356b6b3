"""`clearance worker`: the program that does what nobody waits for."""

import signal
import threading
from pathlib import Path

import click

from clearance.cli.serve import HOME


@click.group()
def worker() -> None:
    """Do what nobody waits for: batches, messages, reports."""


@worker.command()
@click.option("--home", type=HOME, required=True, help="The installation's folder (settings, documents).")
def run(home: Path) -> None:
    """Work until told to stop (Ctrl-C, SIGTERM); what was begun is finished or laid down first.

    `clearance serve` works by itself unless `embedded_worker` is off; large installations run one or more of these
    instead. It holds no key. Any number may run: each piece of work is done by one of them.

    \b
    Example:
      clearance worker run --home /srv/clearance
    """
    from clearance.bootstrap import ConfigurationRefused
    from clearance.worker import worker_of

    told_to_stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: told_to_stop.set())
    try:
        with worker_of(home):
            click.echo("Working - stop with Ctrl-C.")
            told_to_stop.wait()
    except ConfigurationRefused as refused:
        raise click.ClickException("This installation must not start:\n  " + "\n  ".join(refused.faults)) from None
