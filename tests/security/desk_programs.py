"""The two pages that a desk's program can show, as applications: the counter, and the first run before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from flask import Flask

from tests.integration.desk.counter import NOBODY, counter_with
from tests.unit.desk.bureau import NOW, Bureau
from verifier.config import DeskConfig
from verifier.line import Line
from verifier.scan.camera import Watch
from verifier.setup_steps import SetUp
from verifier.web.setup import SetupServices, create_setup


@contextmanager
def page(folder: Path) -> Iterator[Flask]:
    """The page of an open desk with trust files of a bureau."""
    bureau = Bureau(folder / "keys")
    bureau.publish({}, at=NOW - 30)
    counter = counter_with(bureau.public, folder / "desk")
    yield counter.client.application
    counter.desk.journal.close()


@contextmanager
def setup(folder: Path) -> Iterator[Flask]:
    """The page of the first run."""
    config = DeskConfig(home=folder, issuer_url=NOBODY)
    steps = SetUp(
        token=config.token,
        kept=config.kept,
        relay=config.relay,
        issuer_url=config.issuer_url,
        done=Event(),
        line=lambda url, token: Line(name="office", url=url, token=lambda: token),
    )
    yield create_setup(
        SetupServices(
            hear=steps.hear, open=steps.open, camera=Watch(), ticks=lambda: 0.0, chosen=None, demo=False, version="0"
        )
    )


PROGRAMS = {"page": page, "setup": setup}
