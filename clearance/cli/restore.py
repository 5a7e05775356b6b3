"""`clearance restore`: a backup brought back into an empty machine, and the steps until the office goes on."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from clearance.cli.backup import (
    MakesUnlessTold,
    backup_faults_told,
    identities_of,
    identity_option,
    progress,
)
from clearance.cli.office import fail, home_option, language_option, shown, words
from clearance.domain.decision import Refused
from clearance.domain.restoration import MAX_DESPITE
from clearance.issuing.ports import NotOnRecord
from clearance.web.wording import ground_text
from clearance_templates.i18n import Translator

if TYPE_CHECKING:
    from clearance.cli.restore_finish import Finished
    from clearance.domain.restoration import LostCard
    from clearance.signing.key_references import KeyReference
    from clearance.storage.database import SqlDatabase

Done = TypeVar("Done")
FAULTY = 1
officer_option = click.option("--officer", required=True, metavar="NUMBER", help="On whose word, such as BMET-3001.")


class _Restore(MakesUnlessTold):
    default = "back"


@click.group(cls=_Restore)
def restore() -> None:
    """Bring a backup back: clearance restore BACKUP --home EMPTY, then clearance restore finish.

    In between the office is there and does nothing: no card is signed and no list published until it is known what was
    published since the backup. The whole way is in docs/flows/restore.md.

    \b
    Example:
      clearance restore /mnt/backup --home /srv/clearance --identity /media/safe/backup-key.txt --officer BMET-3001
      clearance restore finish --home /srv/clearance --officer BMET-3001 --latest-trust desk-dac-1.zip
    """


@restore.command()
@click.argument("backup", type=click.Path(path_type=Path, exists=True, file_okay=False))
@identity_option
@officer_option
@click.option(
    "--verify",
    "checked",
    type=click.Choice(["sample", "all"]),
    default="sample",
    show_default=True,
    help="How many cards are read from their PDF and verified: fifty, or every one.",
)
@home_option
@language_option
def back(backup: Path, identity_files: Sequence[Path], officer: str, checked: str, home: Path, language: str) -> None:
    """Bring BACKUP (or the newest in that folder) back into an empty installation.

    The home must not exist or be empty, but for a clearance.toml and keys/ that were put there for it; so must the
    database. Every file is checked against the manifest, then database, documents, settings and secrets come back, the
    schema is brought to this version, the record of acts and the cards are checked, and signing is stopped in the name
    of the officer. If it is interrupted, run the same command again.

    \b
    Exit status: 0 restored; 1 restored, and something is missing or does not add up, and what; 64 or 2 wrong usage;
    65 the place is not empty, the backup is damaged or for another key; 74 a file cannot be read or written; 75 the
    database or the document store is away; 78 as for `serve`.
    """
    from clearance.cli.restore_steps import bring_home

    t = words(language)
    if not identity_files:
        fail(t.gettext("Name the private key: --identity FILE"), os.EX_USAGE)
    with backup_faults_told(t), progress(t) as tell:
        try:
            report = bring_home(
                backup, home, identities_of(identity_files), officer_no=officer, every_card=checked == "all", tell=tell
            )
        except NotOnRecord:
            fail(t.gettext("There is no officer %(number)s in it.") % {"number": shown(officer)}, os.EX_DATAERR)
    counts = {"cards": t.number(report.cards), "documents": t.number(report.documents), "read": t.number(report.read)}
    click.echo(t.gettext("Restored: %(cards)s cards, %(documents)s documents; %(read)s cards read back.") % counts)
    click.echo(f"{report.head.number}:{report.head.digest}")
    for fault in report.faults:
        click.echo(shown(fault))
    _say_next(report.keys_missing, report.withheld, report.elsewhere, t)
    if report.faults:
        fail(t.gettext("Not everything is as it was. Look at the lines above first."), FAULTY)


@restore.command()
@officer_option
@click.option("--made-at", type=click.DateTime(), required=True, help="The moment that was gone back to, UTC.")
@home_option
@language_option
def begin(officer: str, made_at: datetime, home: Path, language: str) -> None:
    """Say that the database was put back by other means, such as PostgreSQL's recovery to a point in time.

    Nothing is signed and nothing published from then on, until `restore finish`. Do it before any program starts.

    \b
    Exit status: 0 done; 65 there is no such officer; 75 the database is away; 78 as for `serve`.
    """
    from clearance.bootstrap import now, open_database, read_settings
    from clearance.cli.restore_steps import begun

    t = words(language)
    with backup_faults_told(t), open_database(read_settings(home)) as database:
        try:
            outcome = begun(
                database, backup="point in time", made_at=made_at.replace(tzinfo=UTC), officer_no=officer, at=now()
            )
        except NotOnRecord:
            fail(t.gettext("There is no officer %(number)s in it.") % {"number": shown(officer)}, os.EX_DATAERR)
    _or_refused(outcome, t)
    click.echo(t.gettext("Signing and publishing are stopped. Next: clearance restore finish"))


@restore.command()
@officer_option
@click.option(
    "--latest-trust",
    "sources",
    multiple=True,
    metavar="DIR|ZIP|URL",
    help="What is published, or what a desk holds or exported (`verifier bundle export`). The more the better.",
)
@click.option(
    "--despite-no-newer-list",
    "despite",
    metavar="REASON",
    help="Finish although nothing newer than the backup was found; the reason goes on record.",
)
@click.option("--confirm", metavar="CODE", help="The code that the first try without a newer list printed.")
@home_option
@language_option
def finish(
    officer: str, sources: Sequence[str], despite: str | None, confirm: str | None, home: Path, language: str
) -> None:
    """Compare the restored office with what was published since, and let it sign and publish again.

    What a genuine list says was cancelled stays cancelled, replaced and held cards stay so, and every number goes on
    above the newest known. New cards go to a new status list, because nobody here knows which indices were used in the
    lost days. Run it where the trust files lie (trust_directory).

    \b
    Exit status: 0 done; 1 nothing newer than the backup was found, and how to go on; 64 or 2 wrong usage; 65 nothing
    waits to be finished, or there is no such officer; 69 an address does not answer; 75 and 78 as for `restore`.
    """
    from clearance.bootstrap import now, open_database, read_settings
    from clearance.cli.restore_finish import copies, reconciled

    t = words(language)
    if despite is not None and (not despite.strip() or len(despite) > MAX_DESPITE):
        said = t.gettext("A reason has words in it, and at most %(limit)s characters.")
        fail(said % {"limit": t.number(MAX_DESPITE)}, os.EX_USAGE)
    settings = read_settings(home)
    with backup_faults_told(t), open_database(settings) as database:
        try:
            outcome = reconciled(
                settings, database, copies(sources), officer_no=officer, at=now(), despite=despite, confirm=confirm
            )
        except NotOnRecord as missing:
            said = t.gettext("Nothing waits to be finished here.")
            if str(missing.args[0]) == officer:
                said = t.gettext("There is no officer %(number)s in it.") % {"number": shown(officer)}
            fail(said, os.EX_DATAERR)
    if isinstance(outcome, str):
        fail(_nothing_newer(outcome, t), FAULTY)
    _say_finished(_or_refused(outcome, t), t)


@restore.command()
@click.option("--hold", "officer", metavar="NUMBER", help="Hold the cases of their bearers, on this officer's word.")
@home_option
@language_option
def orphans(officer: str | None, home: Path, language: str) -> None:
    """Name the documents in the store that no row names; of cards among them, the clearance and the index.

    After a restore these are cards that were issued in the lost days: genuine, and not in the books. Enter and issue
    these workers anew, and ask for the old cards back. `restore finish` holds those of their cases that the books do
    know; --hold does so where the documents came back only later.

    \b
    Exit status: 0 there is none; 1 there are some; 65 there is no such officer; 74, 75 and 78 as for `restore`.
    """
    from clearance.bootstrap import now, open_database, open_documents, read_settings
    from clearance.cli.restore_finish import found_orphans, held_by, newest_known

    t = words(language)
    with backup_faults_told(t):
        settings = read_settings(home)
        documents, held = open_documents(settings), held_by(newest_known(settings, ()))
        with open_database(settings) as database:
            found = []
            for orphan in found_orphans(database, documents, held=held, at=now()):
                click.echo(f"{orphan.name} {orphan.what}")
                found.append(orphan)
            if officer:
                _hold(database, [orphan.card for orphan in found if orphan.card], officer, now(), t)
    click.echo(t.gettext("Documents that no row names: %(count)s.") % {"count": t.number(len(found))}, err=True)
    raise SystemExit(FAULTY if found else 0)


def _hold(database: "SqlDatabase", lost: "Sequence[LostCard]", officer: str, at: datetime, t: Translator) -> None:
    from clearance.issuing.restoring import hold_bearers

    try:
        outcome = hold_bearers(database, lost, officer_no=officer, at=at)
    except NotOnRecord:
        fail(t.gettext("There is no officer %(number)s in it.") % {"number": shown(officer)}, os.EX_DATAERR)
    _say_held(_or_refused(outcome, t), t)


def _say_held(on_hold: Mapping[str, str], t: Translator) -> None:
    for reference, number in on_hold.items():
        said = t.gettext("On hold: %(reference)s. Its worker has the card %(number)s of the lost days.")
        click.echo(said % {"reference": reference, "number": number})


def _or_refused(outcome: Done | Refused, t: Translator) -> Done:
    if isinstance(outcome, Refused):
        fail("\n".join(ground_text(objection, t) for objection in outcome.objections), os.EX_DATAERR)
    return outcome


def _nothing_newer(code: str, t: Translator) -> str:
    return t.gettext(
        "No list newer than the backup was found. A card that was cancelled since would be in force again at every "
        "desk that did not hear of it. Fetch what a desk holds (verifier bundle export) and name it with "
        "--latest-trust. If there is truly none: --despite-no-newer-list REASON --confirm %(code)s"
    ) % {"code": code}


def _say_next(
    keys: "Sequence[KeyReference]", withheld: Sequence[str], elsewhere: Sequence[Path], t: Translator
) -> None:
    """What is not here, and the steps that follow."""
    for each in keys:
        said = t.gettext("Key missing: %(name)s (%(kid)s), which was in: %(place)s")
        click.echo(said % {"name": each.name, "kid": each.kid, "place": shown(each.place)})
    for name in withheld:
        click.echo(t.gettext("Set again, it was not in the backup: %(name)s") % {"name": name})
    for path in elsewhere:
        click.echo(t.gettext("Put back, it was not in the backup: %(name)s") % {"name": shown(str(path))})
    click.echo(
        t.gettext(
            "Next: put back the keys (docs/KEYS.md), fetch the newest lists from desks, then: clearance restore finish"
        )
    )


def _say_finished(finished: "Finished", t: Translator) -> None:
    done = finished.reconciled
    counts = {"books": t.number(sum(done.in_books.values())), "beside": t.number(sum(done.beside.values()))}
    click.echo(
        t.gettext(
            "Taken over from the published lists: %(books)s cards in the books, %(beside)s that the books do not know."
        )
        % counts
    )
    if done.entries_lost:
        said = t.gettext("The record has lost its last %(count)s entries. Desks will say so, as they should.")
        click.echo(said % {"count": t.number(done.entries_lost)})
    _say_held(done.on_hold, t)
    for kid in finished.distrust_again:
        said = t.gettext("A copy calls the key %(kid)s distrusted, and the newest bundle does not: %(command)s")
        click.echo(said % {"kid": kid.hex(), "command": f"clearance keys distrust --dir DIR --home HOME {kid.hex()}"})
    click.echo(t.gettext("The office may go on. Start the signing service first; then: clearance restore orphans"))
