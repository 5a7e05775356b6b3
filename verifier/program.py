"""The desk as a program: alone in its home, set up at the first run, open until it is told to end.

Decides the order of these, and what is said at the end. The parts are joined in `verifier.bootstrap`.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from threading import Event

from clearance_templates.i18n import translator
from verifier import enrolment
from verifier.bootstrap import (
    CannotStart,
    Desk,
    address_of,
    answering,
    is_demo_root,
    listening,
    opened,
    pinned_root,
    told_to_end,
    wait_for,
)
from verifier.config import DeskConfig
from verifier.desk import NotRecorded
from verifier.line import Line
from verifier.scan import camera
from verifier.setup import kept_in
from verifier.setup_steps import SetUp
from verifier.single import AlreadyOpen, alone_in
from verifier.web.setup import SetupServices, create_setup

SET_UP_S = 0.2  # between two looks whether the set-up is done, or the program is to end


def run_desk(configured: Callable[[], DeskConfig], *, announce: Callable[[str], None] = print) -> None:
    """Run the desk until SIGINT or SIGTERM; before that the first run, where nobody said who it is.

    `configured` reads the settings, a second time after the first run. Raises ConfigError, and CannotStart, whose text
    is for whoever started it.
    """
    end = told_to_end()
    config = configured()
    root = pinned_root(config)
    with _alone(config), listening(config.port) as listener:
        if not config.told and enrolment.token(config.token) is None:
            announce(f"Set up / প্রথম চালু  {address_of(listener)}")
            _set_up(config, listener, end, demo=is_demo_root(root))
            config = configured()
        if end.is_set():
            return
        with opened(config, listener=listener) as running:
            announce(f"Desk / ডেস্ক  {running.address}")
            wait_for(end)
            announce(_farewell(running.desk))


@contextmanager
def _alone(config: DeskConfig) -> Iterator[None]:
    try:
        with alone_in(config.home):
            yield
    except AlreadyOpen as error:
        raise CannotStart(
            f"The desk is open already: another program works in {config.home}. Use its page, or end it first.\n"
            f"ডেস্ক আগে থেকেই খোলা: আরেকটি প্রোগ্রাম {config.home}-এ চলছে। তার পাতাটি ব্যবহার করুন, অথবা আগে সেটি বন্ধ করুন।"
        ) from error


def _set_up(config: DeskConfig, listener: socket.socket, end: Event, *, demo: bool) -> None:
    """Answer with the set-up page until somebody said who this desk is, or the program is to end."""
    done = Event()
    steps = SetUp(
        token=config.token,
        kept=config.kept,
        relay=config.relay,
        issuer_url=config.issuer_url,
        done=done,
        line=lambda url, token: Line(name="office", url=url, token=lambda: token),
    )
    services = SetupServices(
        hear=steps.hear,
        open=steps.open,
        camera=camera.Watch(),
        ticks=time.monotonic,
        chosen=kept_in(config.kept).desk,
        demo=demo,
        version=version("clearance"),
    )
    with answering(create_setup(services), listener):
        while not (end.is_set() or done.wait(SET_UP_S)):
            pass


def _farewell(desk: Desk) -> str:
    """How many scans wait, and that they are safe: whoever ends the desk may be about to take the computer away."""
    try:
        unsent = desk.office.unsent()
        waiting = desk.journal.scans_after(0) if unsent is None else unsent
    except (NotRecorded, OSError) as error:
        return f"The journal cannot be read: {error}. / জার্নাল পড়া যাচ্ছে না।"
    if not waiting:
        return "Closed. Every scan was sent. / বন্ধ হলো। সব স্ক্যান পাঠানো হয়েছে।"
    return (
        f"Closed. {waiting} scans wait to be sent. They are safe on this computer: {desk.config.journal}\n"
        f"বন্ধ হলো। {translator('bn').number(waiting)}টি স্ক্যান পাঠানো বাকি। সেগুলো এই কম্পিউটারে নিরাপদ আছে।"
    )
