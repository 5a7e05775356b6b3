"""`clearance export` and `clearance import`: everything of record, in open formats, out and back in."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from clearance.cli.office import fail, home_option, language_option, words
from clearance.issuing.ports import Unavailable
from clearance_templates.i18n import Translator

DOCUMENTS_MISSING = 1
folder_option = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))


@click.command()
@folder_option
@home_option
@language_option
def export(folder: Path, home: Path, language: str) -> None:
    """Write everything of record into the empty folder DIR, in open formats.

    The rows of every table as JSON Lines, photos and sealed cards as files, the public trust files, and a manifest with
    the SHA-256 of each. The office may go on meanwhile: the rows are those of one moment. No key is in it, but people's
    data is, and what passwords are checked against: keep it as you keep the database.

    \b
    Example:
      clearance export /media/usb/clearance-2026 --home /srv/clearance

    \b
    Exit status: 0 written; 1 written, but documents are missing in the store; 64 or 2 wrong usage; 73 DIR is not
    empty; 74 it cannot be written to; 75 the database or the document store is away; 78 as for `serve`.
    """
    from clearance.bootstrap import open_database, open_documents, read_settings
    from clearance.storage.export_folder import write_export

    t = words(language)
    if folder.exists() and any(folder.iterdir()):
        fail(t.gettext("%(folder)s is not empty. Nothing was written.") % {"folder": folder}, os.EX_CANTCREAT)
    with _faults_told(t):
        settings = read_settings(home)
        with open_database(settings) as database:
            documents = open_documents(settings)
            made = write_export(database, documents, trust=settings.published, into=folder, tell=_tell)
    counts = {"rows": t.number(sum(made.rows.values())), "documents": t.number(made.documents), "folder": folder}
    click.echo(t.gettext("Exported to %(folder)s: %(rows)s rows, %(documents)s documents.") % counts)
    click.echo(f"{made.head.number}:{made.head.digest}")
    if "trust/trust.cose" not in made.files:
        click.echo(
            t.gettext("There are no trust files here: cards cannot be verified with this export alone."), err=True
        )
    if made.missing:
        missing = t.gettext("Documents missing in the store: %(count)s. documents.jsonl names them.")
        fail(missing % {"count": t.number(made.missing)}, DOCUMENTS_MISSING)


@click.command("import")
@folder_option
@home_option
@language_option
def import_(folder: Path, home: Path, language: str) -> None:
    """Bring the export in DIR into an empty installation of the same version.

    Every file is checked against the manifest first. Then all rows enter in one transaction, and count only if the
    record of acts is whole and every permit counts its cards. Keys and secrets are not in an export: put them back as
    docs/OPERATIONS.md says. Nothing else may run in the installation meanwhile.

    \b
    Example:
      clearance import /media/usb/clearance-2026 --home /srv/clearance

    \b
    Exit status: 0 brought in; 64 or 2 wrong usage; 65 the installation is in use, or the export is damaged: nothing
    was brought in; 74 a file cannot be read or written; 75 the database or the document store is away; 78 as for
    `serve`.
    """
    from clearance.bootstrap import open_database, open_documents, read_settings
    from clearance.storage.exchange import InstallationInUse, RecordsRefused
    from clearance.storage.export_folder import read_export

    t = words(language)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _faults_told(t):
        settings = read_settings(home)
        try:
            with open_database(settings) as database:
                documents = open_documents(settings)
                made = read_export(folder, database, documents, trust=settings.published, tell=_tell)
        except InstallationInUse:
            fail(t.gettext("This installation is in use already. Nothing was changed."), os.EX_DATAERR)
        except RecordsRefused as refused:
            fail(t.gettext("The export was not brought in:") + f"\n  {refused}", os.EX_DATAERR)
    counts = {"rows": t.number(sum(made.rows.values())), "documents": t.number(made.documents)}
    click.echo(t.gettext("Brought in: %(rows)s rows, %(documents)s documents. The record is whole.") % counts)
    click.echo(f"{made.head.number}:{made.head.digest}")


@contextmanager
def _faults_told(t: Translator) -> Iterator[None]:
    from clearance.bootstrap import ConfigurationRefused

    try:
        yield
    except ConfigurationRefused as refused:
        fail(t.gettext("This installation cannot be used:") + "\n  " + "\n  ".join(refused.faults), os.EX_CONFIG)
    except Unavailable:
        fail(t.gettext("The database or the document store cannot be reached now; try again."), os.EX_TEMPFAIL)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", os.EX_IOERR)


def _tell(name: str, count: int) -> None:
    click.echo(f"{name}: {count}", err=True)
