"""The last step of a restore, joined: what others hold that was published, and what the document store kept.

It finds; what that means for the books is decided in `issuing.restoring`, which copy counts in `signing`.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from clearance.bootstrap import RESTORED, open_documents
from clearance.card.printer import CardPrinter
from clearance.config import Settings
from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust
from clearance.domain.decision import Refused
from clearance.domain.restoration import LostCard
from clearance.issuing import restoring
from clearance.issuing.checkpoint import head_of
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.restoring import Reconciled
from clearance.signing import published_elsewhere
from clearance.signing.publication import CHECKPOINT, list_name
from clearance.signing.published_elsewhere import ROOT, STATUS, SUFFIX, TRUST, Copy, Newest, cap_of
from clearance.storage.backup_database import BackupRefused
from clearance.storage.backup_sealing import write_durably
from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from clearance.storage.object_documents import ObjectDocuments

FETCH_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What finishing did, and the keys (identifiers) that some copy calls distrusted and the newest bundle does not."""

    reconciled: Reconciled
    distrust_again: Sequence[bytes]


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A document that no row names, in a few words; and the card that it is, where it is a genuine one."""

    name: str
    what: str
    card: LostCard | None = None


def reconciled(
    settings: Settings,
    database: SqlDatabase,
    sources: Sequence[Copy],
    *,
    officer_no: str,
    at: datetime,
    despite: str | None,
    confirm: str | None,
) -> Finished | Refused | str:
    """Take over what was published since, hold the cases of those whose card the document store kept, lay the newest
    trust files where desks fetch, and let the office go on.

    A text is the code to confirm with, where nothing newer than the backup was found. Raises NotOnRecord,
    PublicationRefused, Unavailable, OSError.
    """
    standing = restoring.standing(database)
    if standing is None:
        raise NotOnRecord(restoring.SUBJECT)
    newest = newest_known(settings, sources)
    last_list = max((each.issued_at for each in newest.lists.values()), default=0)
    # Both, since the clock that the backup was made by may have been wrong; lists never go back in time.
    is_newer = last_list > max(standing.made_at.timestamp(), _last_list_of_backup(settings, newest))
    if not is_newer and (despite is None or confirm != standing.epoch):
        return standing.epoch
    orphans = found_orphans(database, open_documents(settings), held=held_by(newest), at=at)
    lost = [orphan.card for orphan in orphans if orphan.card]
    published_elsewhere.lay(newest, settings.published)
    entry = head_of(newest.checkpoint) if newest.checkpoint else None
    _settle_checkpoint(settings, newest, stays=entry is not None and restoring.goes_through(database, entry))
    outcome = restoring.finish(
        database,
        newest.marks,
        officer_no=officer_no,
        at=at,
        newest_entry=entry,
        lost=lost,
        despite=None if is_newer else despite,
    )
    if isinstance(outcome, Refused):
        return outcome
    return Finished(reconciled=outcome, distrust_again=newest.distrusted_elsewhere)


def _last_list_of_backup(settings: Settings, newest: Newest) -> int:
    """When the last list was issued that was published when the backup was made; 0 for one that had none."""
    lists = published_elsewhere.copy_in_folder(settings.home / RESTORED / "trust").held(newest.root_pem).lists
    return max((each.newest.issued_at for each in lists.values()), default=0)


def newest_known(settings: Settings, sources: Sequence[Copy]) -> Newest:
    """The newest trust files among what is published here, what the backup had and what was named."""
    folders = (settings.published, settings.home / RESTORED / "trust")
    here = [published_elsewhere.copy_in_folder(folder) for folder in folders if folder.is_dir()]
    root = next((copy.files[ROOT] for copy in here if ROOT in copy.files), None)
    if root is None:
        raise BackupRefused(f"There is no root.pem in {settings.published}. Put it there by hand: docs/KEYS.md")
    return published_elsewhere.newest_of([*here, *sources], root_pem=root)


def copies(named: Sequence[str]) -> list[Copy]:
    """What lies in folders, on sticks and at addresses. Raises PublicationRefused, BackupRefused, OSError."""
    found = []
    for each in named:
        if each.startswith(("https://", "http://")):
            found.append(_fetched(each.rstrip("/")))
        elif Path(each).is_dir():
            found.append(published_elsewhere.copy_in_folder(Path(each)))
        else:
            found.append(published_elsewhere.copy_on_stick(Path(each)))
    return found


def held_by(newest: Newest) -> HeldTrust:
    """What a card is judged by here: who signed it, and nothing of lists."""
    return Copy(where="", files={TRUST: newest.trust}).held(newest.root_pem)


def found_orphans(
    database: SqlDatabase, documents: DocumentDirectory | ObjectDocuments, *, held: HeldTrust, at: datetime
) -> Iterator[Orphan]:
    """The documents in the store that no row names. Raises Unavailable, OSError."""
    printer = CardPrinter()
    with database.records() as records:
        for name in _not_among(documents.names(), records.documents()):
            yield _looked_at(documents, name, held, printer, at=at)


def _not_among(names: Iterator[str], wanted: Iterator[str]) -> Iterator[str]:
    """Those of the names that are not wanted; both come in order, and are read to their end."""
    expected = next(wanted, None)
    for name in names:
        while expected is not None and expected < name:
            expected = next(wanted, None)
        if name != expected:
            yield name
    for _ in wanted:
        pass


def _looked_at(
    documents: DocumentDirectory | ObjectDocuments, name: str, held: HeldTrust, printer: CardPrinter, *, at: datetime
) -> Orphan:
    try:
        content = documents.get(name)
    except KeyError:
        return Orphan(name=name, what="damaged")
    if not content.startswith(b"%PDF"):
        return Orphan(name=name, what="photo or evidence")
    for text in codes_on(printer, content):
        claims = verdict_for(text, held=held, at=int(at.timestamp())).claims
        if claims is not None:
            ref = claims.status
            card = LostCard(clearance_no=claims.clearance_no, passport_no=claims.passport_no, status_ref=ref)
            return Orphan(name=name, what=f"{card.clearance_no} {card.passport_no} {ref.uri}#{ref.idx}", card=card)
    return Orphan(name=name, what="a PDF that is no genuine card")


def codes_on(printer: CardPrinter, pdf: bytes) -> Sequence[str]:
    """What the codes of a PDF say; nothing where it is none."""
    try:
        return printer.read_back(pdf)
    except RuntimeError:  # how PDFium says that it cannot read a file
        return ()


def _settle_checkpoint(settings: Settings, newest: Newest, *, stays: bool) -> None:
    """The checkpoint that the record still goes through stays published; another is put away, as evidence."""
    place = settings.published / CHECKPOINT
    if newest.checkpoint is None or newest.checkpoint_token is None:
        return
    if stays:
        write_durably(place, newest.checkpoint_token)
        place.chmod(0o644)
        return
    away = settings.home / RESTORED
    away.mkdir(mode=0o700, exist_ok=True)
    write_durably(away / f"checkpoint-{newest.checkpoint.number}.cose", newest.checkpoint_token)
    place.unlink(missing_ok=True)


def _fetched(address: str) -> Copy:
    """What is published at an address: the bundle, the lists that it names, the checkpoint."""
    files: dict[str, bytes] = {}
    with httpx.Client(timeout=FETCH_S, follow_redirects=False) as client:
        for name in (ROOT, TRUST, CHECKPOINT):
            _fetch(client, address, name, files)
        bundle = Copy(where=address, files=files).held(files.get(ROOT, b"")).bundle
        for uri in bundle.status_uris if bundle else ():
            _fetch(client, address, f"{STATUS}{list_name(uri)}{SUFFIX}", files)
    return Copy(where=address, files=files)


def _fetch(client: httpx.Client, address: str, name: str, into: dict[str, bytes]) -> None:
    try:
        with client.stream("GET", f"{address}/{name}") as answer:
            if answer.status_code == httpx.codes.OK:
                content = io.BytesIO()
                for part in answer.iter_bytes():
                    content.write(part)
                    if content.tell() > cap_of(name):
                        raise BackupRefused(f"{address}/{name} is larger than any of ours.")
                into[name] = content.getvalue()
    except httpx.HTTPError:
        raise BackupRefused(f"{address}/{name} does not answer.") from None
