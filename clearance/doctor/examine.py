"""The order in which a deployment is looked over.

Nothing is changed, and one finding hides another only where there is nothing left to look at: without settings there is
no database to ask, without today's tables nobody to ask about the worker.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from clearance.bootstrap import VAULT_KEY, ConfigurationRefused, now, read_settings, service_of
from clearance.config import Settings
from clearance.doctor.database import check_database
from clearance.doctor.files import check_backups, check_files
from clearance.doctor.neighbours import check_neighbours
from clearance.doctor.online import check_online
from clearance.doctor.scanner import check_scanner
from clearance.doctor.settings import check_settings
from clearance.issuing.ports import Unavailable
from clearance.signing import doctor as keys_doctor
from clearance.signing.ceremony import Occasion
from clearance.signing.findings import Finding, Gravity, fault
from clearance.signing.private_keys import Secrets
from clearance.storage.database import SqlDatabase


def examine(home: Path, *, backups: Path | None, online: bool) -> list[Finding]:
    """Everything found, gravest first. `backups` is where backups lie; `online` asks the public address, too."""
    at = now()
    try:
        settings = read_settings(home)
    except ConfigurationRefused as refused:
        return list(_refused(home, refused))
    findings = [*check_settings(settings), *check_files(settings), *check_backups(settings, backups, at=at)]
    findings += _keys(settings, at)
    findings += check_scanner(settings, at=at)
    findings += _installation(settings, at)
    if online:
        findings += check_online(settings, at=at)
    return sorted(findings, key=lambda finding: -finding.gravity)


def is_signers(settings: Settings) -> bool:
    """Whether this is the home of the signing service, where the keys are."""
    return (settings.keys / "private").is_dir()


def _refused(home: Path, refused: ConfigurationRefused) -> Iterator[Finding]:
    for said in refused.faults:
        yield fault("settings.refused", str(home), said, "Put it right in clearance.toml or in the environment.")


def _keys(settings: Settings, at: datetime) -> Iterator[Finding]:
    if not is_signers(settings):
        return
    on = Occasion(at=int(at.timestamp()), operator="doctor", machine="")
    try:
        secrets = Secrets.known(passphrase=settings.passphrase(), pin=settings.pin())
    except OSError as error:
        yield fault("keys.secret", str(error.filename), f"It cannot be read: {error.strerror}.", "Put it back.")
        return
    yield from keys_doctor.examine(settings.keys, demo=settings.demo, issuer=None, on=on, secrets=secrets)


def _installation(settings: Settings, at: datetime) -> Iterator[Finding]:
    file = Path(settings.url.removeprefix("sqlite:///"))
    if settings.url.startswith("sqlite:///") and not file.exists():  # opening it would make it
        yield fault("schema.none", str(file), "There is no database yet.", "Start one program: it makes the tables.")
        return
    database = SqlDatabase(settings.url)
    try:
        condition = database.condition(now=at)
    except Unavailable:
        cure = "See that it runs, and that database_url, its password and pg_hba.conf let this user in."
        yield fault("database.away", "database_url", "The database cannot be reached.", cure)
        return
    finally:
        database.close()
    found = list(check_database(settings, condition))
    yield from found
    if not condition.current or any(finding.gravity is Gravity.FAULT for finding in found if "schema" in finding.code):
        return
    for made in (settings.records_key, *(() if is_signers(settings) else (settings.home / VAULT_KEY,))):
        if not made.exists():
            cure = "Put it back from the backup; in a new installation the first program to start makes it."
            yield fault("secret.missing", str(made), "It is not there.", cure)
            return
    try:
        with service_of(settings) as service:
            yield from check_neighbours(settings, service, at=at)
    except ConfigurationRefused as refused:
        yield from _refused(settings.home, refused)
    except Unavailable:
        yield fault("database.away", "database_url", "The database went away meanwhile.", "Run doctor again.")
