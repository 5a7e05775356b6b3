"""What is wrong with folders, files and disks: who may read what, how much room is left, how old backups are."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from clearance.bootstrap import VAULT_KEY, ConfigurationRefused
from clearance.config import SETTINGS_FILE, Settings
from clearance.probes import FREE_ENOUGH, free_part, places
from clearance.serving import SESSION_SECRET, require_no_keys
from clearance.signing.findings import Finding, fault, warning
from clearance.storage.backup_folder import finished

SOON_FULL = 0.10
"""Of a disk."""
BACKUP_EVERY = timedelta(hours=26)
"""A day, and the time that a backup takes."""
OTHERS = stat.S_IRWXO | stat.S_IWGRP
"""Nobody else, and at most reading for a group: programs of different users may share a key."""


def check_files(settings: Settings) -> Iterator[Finding]:
    """Modes, owners and room."""
    if os.geteuid() == 0 and not settings.demo:
        said = "As root everything can be read: what the programs' own users may do was not looked at."
        yield warning(
            "doctor.root", str(settings.home), said, "Run it as the user of the programs: runuser -u clearance"
        )
    yield from _secrets(settings)
    if not (settings.keys / "private").is_dir():
        try:
            require_no_keys(settings)
        except ConfigurationRefused as refused:
            for said in refused.faults:
                yield fault("keys.reachable", str(settings.home), said, "See docs/OPERATIONS.md, What runs.")
    if not settings.documents_url and settings.documents.exists():
        yield from _folder(settings.documents)
    for place in places(settings):
        yield from _disk(place)


def check_backups(settings: Settings, folder: Path | None, *, at: datetime) -> Iterator[Finding]:
    """Whether the newest backup in a folder is of the last day."""
    if settings.demo:
        return
    if folder is None:
        yield warning("backup.unknown", "--backups", "It was not said where backups lie.", "doctor --backups DIR")
        return
    made = finished(folder) if folder.is_dir() else ()
    if not made:
        yield fault("backup.none", str(folder), "There is no backup here.", f"clearance backup make {folder}")
        return
    age = at - made[-1].manifest.made_at
    if age > BACKUP_EVERY:
        hours = int(age.total_seconds() // 3600)
        cure = "systemctl status clearance-backup.timer clearance-backup.service"
        yield fault("backup.old", str(folder), f"The newest backup is {hours} hours old.", cure)


def _secrets(settings: Settings) -> Iterator[Finding]:
    names = [settings.home / name for name in (VAULT_KEY, SESSION_SECRET)]
    files = [*names, settings.records_key]
    files += [file for file in (settings.metrics_token_file, settings.key_passphrase_file) if file is not None]
    if _names_a_password(settings):
        files.append(settings.home / SETTINGS_FILE)
    for path in files:
        if not path.exists():
            continue
        if path.stat().st_mode & OTHERS:
            said = "Others than its owner and group can read or change it."
            yield fault("secret.open", str(path), said, f"chmod 600 {path} - and replace it if others could read it")
        elif not os.access(path, os.R_OK):
            said = "This user cannot read it."
            yield fault("secret.unreadable", str(path), said, f"chown it to the user of the programs: {path}")


def _names_a_password(settings: Settings) -> bool:
    return bool(urlsplit(settings.url).password) and "database_url" in settings.model_fields_set


def _folder(folder: Path) -> Iterator[Finding]:
    if folder.stat().st_mode & stat.S_IRWXO:
        said = "Everybody on this machine can look into people's photos and cards."
        yield fault("documents.open", str(folder), said, f"chmod o= {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        said = "This user cannot write into it."
        yield fault(
            "documents.unwritable", str(folder), said, f"chown it to the user or group of the programs: {folder}"
        )


def _disk(place: Path) -> Iterator[Finding]:
    free = free_part(place)
    said = f"{free:.0%} of the disk are free."
    if free < FREE_ENOUGH:
        yield fault("disk.full", str(place), said, "Make room now: the database stops when nothing is left.")
    elif free < SOON_FULL:
        yield warning("disk.filling", str(place), said, "Make room, or give it a larger disk.")
