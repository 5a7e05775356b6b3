"""The steps of a restore, joined: what belongs to settings, keys, storage and use cases at once.

What each step decides is decided below; here is only their order, and what of it may be done again after an
interruption: all of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clearance.bootstrap import RESTORE_UNDER_WAY, RESTORED, now, open_database, open_documents, read_settings
from clearance.card.printer import CardPrinter
from clearance.cli.backup import Tell
from clearance.cli.backup_parts import WITHHELD, files_elsewhere, secret_places, without_secrets
from clearance.cli.restore_finish import codes_on, held_by, newest_known
from clearance.config import SETTINGS_FILE, Settings
from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.qrtext import pack
from clearance.domain.audit import AuditHead
from clearance.domain.decision import Refused
from clearance.domain.restoration import Restoration, new_epoch
from clearance.issuing import restoring
from clearance.signing import key_references
from clearance.signing.key_references import KeyReference
from clearance.storage.backup_database import BackupRefused, counts
from clearance.storage.backup_folder import HOME, Backup, open_backup
from clearance.storage.backup_home import ENCRYPTED_KEYS, HELP, REFERENCES, SETTINGS, unpacked
from clearance.storage.backup_home import TRUST as TRUST_FILES
from clearance.storage.backup_sealing import write_durably
from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from clearance.storage.object_documents import ObjectDocuments
from clearance.storage.restore import cards, database_back, documents_back, require_same_kind, require_whole

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

SAMPLE = 50
_PREPARED = frozenset({SETTINGS_FILE, "keys", RESTORE_UNDER_WAY})
"""What may lie in a home before a restore."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came back, how many cards were read from their PDF, what does not add up, and what is still to be done."""

    head: AuditHead
    cards: int
    documents: int
    read: int
    faults: Sequence[str]
    keys_missing: Sequence[KeyReference]
    withheld: Sequence[str]
    elsewhere: Sequence[Path]


def bring_home(
    where: Path, home: Path, identities: "Sequence[Identity]", *, officer_no: str, every_card: bool, tell: Tell
) -> Report:
    """Bring a backup back into an empty home and database, check it, and stop signing and publishing.

    Raises BackupRefused, NotForThisKey, SealBroken, ConfigurationRefused, Unavailable, NotOnRecord, OSError.
    """
    backup = open_backup(where)
    require_whole(backup)
    files = unpacked(backup.folder / HOME, identities)
    again = _claim(home, backup)
    withheld = _lay_settings(home, files)
    settings = read_settings(home)
    if WITHHELD in settings.url:
        raise BackupRefused(
            f"The password of the database is not in a backup. Set database_url in {home / SETTINGS_FILE} or "
            "CLEARANCE_DATABASE_URL, and run the same command again."
        )
    _lay_files(settings, files)
    require_same_kind(backup, settings.url)
    database_back(backup, settings.url, identities, again=again)
    documents = open_documents(settings)
    with open_database(settings) as database:
        faults = list(_rows_differing(database, backup))
        name, made_at = backup.manifest.name, backup.manifest.made_at
        # Before anything that takes long: whatever interrupts it, this database signs and publishes nothing.
        outcome = begun(
            database, backup=name, made_at=made_at, officer_no=officer_no, at=now(), head=backup.manifest.head
        )
        if isinstance(outcome, Refused):
            raise BackupRefused("That officer's account is closed; name another.")
        number = documents_back(backup, documents, identities, tell=tell)
        held = held_by(newest_known(settings, ()))
        read, found = _examined(database, documents, backup, held, every_card=every_card, tell=tell)
    (home / RESTORE_UNDER_WAY).unlink()
    return Report(
        head=backup.manifest.head,
        cards=backup.manifest.rows["clearances"],
        documents=number,
        read=read,
        faults=[*faults, *found],
        keys_missing=_keys_missing(settings, files),
        withheld=withheld,
        elsewhere=[path for path in files_elsewhere(settings) if not path.exists()],
    )


def begun(
    database: SqlDatabase,
    *,
    backup: str,
    made_at: datetime,
    officer_no: str,
    at: datetime,
    head: AuditHead | None = None,
) -> Restoration | Refused:
    """Stop signing and publishing; what stands already, where something does. Raises NotOnRecord."""
    with database.read() as work:
        head = head or work.audit.head()
    restoration = Restoration(
        epoch=new_epoch(), backup=backup, made_at=made_at, head=head, begun_by=officer_no, begun_at=at
    )
    return restoring.begin(database, restoration)


def _under_way(home: Path) -> str | None:
    """The backup that an interrupted restore was bringing back."""
    marker = home / RESTORE_UNDER_WAY
    return marker.read_text("ascii", "replace").strip() if marker.is_file() else None


def _claim(home: Path, backup: Backup) -> bool:
    """Mark the home as ours; whether an interrupted restore of the same backup goes on. Raises BackupRefused."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun_before = _under_way(home)
    if begun_before is not None:
        if begun_before != backup.manifest.name:
            raise BackupRefused(f"A restore of {begun_before} was interrupted here. Finish it, or name an empty home.")
        return True
    there = sorted(path.name for path in home.iterdir() if path.name not in _PREPARED)
    if there:
        raise BackupRefused(
            f"{home} is not empty ({', '.join(there[:3])}). Nothing was changed. A backup comes back into an empty "
            f"home; only {SETTINGS_FILE} and keys/ may be there."
        )
    write_durably(home / RESTORE_UNDER_WAY, f"{backup.manifest.name}\n".encode())
    return False


def _lay_settings(home: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The settings of the backup, where none were put there for it; the names of those that it does not hold."""
    content = files.get(f"{SETTINGS}/{SETTINGS_FILE}")
    if content is None:
        return ()
    place = home / SETTINGS_FILE
    write_durably(place.with_name(f"{SETTINGS_FILE}.from-backup") if place.exists() else place, content)
    text = place.read_text("utf-8")
    return tuple(name for name in without_secrets(text)[1] if WITHHELD in text)


def _lay_files(settings: Settings, files: Mapping[str, bytes]) -> None:
    for name, path in secret_places(settings).items():
        if name in files and not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, files[name])
    places = {HELP: settings.home / "help", TRUST_FILES: settings.home / RESTORED / "trust"}
    if not (settings.keys / "private").exists():
        places[ENCRYPTED_KEYS] = settings.keys / "private"
    for name, content in files.items():
        kind, _, rest = name.partition("/")
        if kind in places:
            path = places[kind] / rest
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, content)


def _keys_missing(settings: Settings, files: Mapping[str, bytes]) -> tuple[KeyReference, ...]:
    if REFERENCES not in files:
        return ()
    write_durably(settings.home / RESTORED / "keys.json", files[REFERENCES])
    return key_references.missing(settings.keys, key_references.read(files[REFERENCES]))


def _rows_differing(database: SqlDatabase, backup: Backup) -> Iterator[str]:
    """Tables that hold another number of rows than the manifest says; nothing after the office's own first entry."""
    if restoring.standing(database) is not None:
        return
    with database.records() as records:
        found = counts(records.connection)
    for name, expected in backup.manifest.rows.items():
        if found.get(name) != expected:
            yield f"{name}: {found.get(name)} rows, and there were {expected}"


def _examined(
    database: SqlDatabase,
    documents: DocumentDirectory | ObjectDocuments,
    backup: Backup,
    held: HeldTrust,
    *,
    every_card: bool,
    tell: Tell,
) -> tuple[int, list[str]]:
    """How many cards were read back, and what does not add up."""
    with database.read() as work:
        report = work.audit.verify(noted=[backup.manifest.head])
    faults = [f"record of acts: entry {fault.first} {fault.kind}" for fault in report.faults]
    kept, of = set(backup.document_names()), backup.manifest.rows["clearances"]
    every, read = 1 if every_card else max(1, of // SAMPLE), 0
    printer = CardPrinter()
    for number, card in enumerate(cards(database)):
        if card.pdf_sha256 not in kept:
            faults.append(f"{card.clearance_no}: its PDF is not in the backup")
        elif number % every == 0:
            read += 1
            text = pack(card.token)
            claims = verdict_for(text, held=held, at=int(now().timestamp())).claims
            if claims is None or claims.clearance_no != card.clearance_no:
                faults.append(f"{card.clearance_no}: its credential is not genuine")
            if text not in codes_on(printer, documents.get(card.pdf_sha256)):
                faults.append(f"{card.clearance_no}: its PDF does not carry its credential")
            if read % SAMPLE == 0:
                tell("cards", number, of)
    tell("cards", of, of)
    return read, faults
