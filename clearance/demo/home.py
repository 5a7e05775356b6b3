"""The demo's own folder: what the first start lays there and how a later start finds it again.

<home>/clearance.toml   marks the folder as a demo       <home>/login.txt   staff logins and what to try (0600)
<home>/keys/            the demo PKI                      <home>/cards/      sample card PDFs
<home>/clearance.db     the database                      <home>/desk/       the desk's own folder, root pinned
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from clearance.bootstrap import now, open_service
from clearance.config import SETTINGS_FILE
from clearance.credential.cose import Algorithm
from clearance.demo import programs
from clearance.demo.seed import Kind, Seeded, seed
from clearance.domain.application import Application
from clearance.domain.desk import Airport
from clearance.issuing import cards, desks
from clearance.issuing.service import Service
from clearance.signing import keystore
from clearance.signing.authority import DEMO

READY = "login.txt"
"""Written last: where it stands, the first start came to its end."""

SETTINGS = """\
# This folder is a demo: invented people, keys made on this machine. Cards made here are refused at real desks.
environment = "demo"
"""

TITLES = {
    Kind.READY: "card ready",
    Kind.REVOKED: "card cancelled",
    Kind.WAITING: "not decided yet",
}


class NotADemo(Exception):
    """The folder holds something that is not a demo; nothing was touched."""


def is_ready(home: Path) -> bool:
    """Whether a first start finished here."""
    return (home / READY).exists()


def prepare(home: Path, *, progress: Callable[[str, int, int], None]) -> None:
    """Make the demo at `home` unless it is there. An unfinished one is made anew.

    Raises NotADemo where the folder holds anything else.
    """
    if is_ready(home):
        return
    settings = home / SETTINGS_FILE
    if home.exists() and any(home.iterdir()):
        if not settings.exists() or settings.read_text(encoding="utf-8") != SETTINGS:
            raise NotADemo(f"{home} holds files that are not a demo's. Name an empty folder with --home.")
        shutil.rmtree(home)
    home.mkdir(parents=True, mode=0o700, exist_ok=True)
    settings.write_text(SETTINGS, encoding="utf-8")
    keystore.init(home / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=int(now().timestamp()))
    with programs.signer(home) as signer, open_service(home) as service:
        signer.wait()
        desk_id = _set_up_desk(home, service)
        seeded = seed(service, desk_id=desk_id, progress=progress)
        _write_cards(home / "cards", service, seeded)
        _write_login(home, seeded)


def reset(home: Path) -> None:
    """Throw the demo away. Raises NotADemo for a folder that is not one."""
    settings = home / SETTINGS_FILE
    if not settings.exists() or settings.read_text(encoding="utf-8") != SETTINGS:
        raise NotADemo(f"{home} is not a demo; nothing was deleted.")
    shutil.rmtree(home)


def welcome(home: Path) -> str:
    """What the first start wrote down for visitors."""
    return (home / READY).read_text(encoding="utf-8")


def _write_cards(folder: Path, service: Service, seeded: Seeded) -> None:
    folder.mkdir()
    for clearance in seeded.cards:
        (folder / f"{clearance.passport_no}.pdf").write_bytes(cards.pdf(service, clearance.clearance_no))


def _set_up_desk(home: Path, service: Service) -> str:
    """What an installer does at a real desk: pin the root, bring the first trust data along, and enrol it. Its id."""
    shutil.copytree(home / "keys" / "public", home / "desk" / "trust")
    enrolled = desks.enrol(service, airport=Airport.DHAKA, counter="1")
    _write_private(home / "desk" / "desk.token", enrolled.token + "\n")
    return enrolled.desk.id


def _write_login(home: Path, seeded: Seeded) -> None:
    lines = ["Passport numbers to try on the worker's page, with the date of birth:"]
    lines += [_sample_line(kind, seeded.samples[kind]) for kind in Kind]
    lines += ["", "Staff logins (username, password, may):"]
    lines += [f"  {login.username:<10}{login.password:<20}{login.role.value}" for login in seeded.logins]
    _write_private(home / READY, "\n".join(lines) + "\n")


def _write_private(path: Path, text: str) -> None:
    """A file for its owner alone, there as a whole or not at all."""
    partial = path.with_name(f"{path.name}.new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def _sample_line(kind: Kind, application: Application) -> str:
    worker = application.draft.worker
    return f"  {worker.passport.number}   {worker.birth_date:%d-%m-%Y}   {TITLES[kind]}"
