"""`clearance db`: looking after the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from clearance.cli.office import fail, home_option, language_option, words
from clearance.config import Settings
from clearance.issuing.ports import Unavailable, Unreadable


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@home_option
@language_option
def init(home: Path, language: str) -> None:
    """Make the database, or bring it to today's tables, and make the first key of the records where there is none.

    Personal columns and documents are sealed with that key: keep a copy of the file where the backups are not. Without
    it nobody reads them again. Web, worker and signing service need the same file.

    \b
    Example:
      clearance db init --home /srv/clearance

    \b
    Exit status: 0 done; 74 the file cannot be written; 78 as for `serve`.
    """
    from clearance.bootstrap import make_first_key, open_database, read_settings

    t = words(language)
    with _faults_told():
        settings = read_settings(home)
        make_first_key(settings)
        with open_database(settings):
            click.echo(t.gettext("The database is ready; its rows are sealed with %(file)s.") % _key_file(settings))


@db.command("new-key")
@home_option
@language_option
def new_key(home: Path, language: str) -> None:
    """Put a new key of the records before those in use.

    Programs that share the file seal with the new key when they are started next, and open what is sealed with either
    at once. Copy the file to every machine, start the programs anew, then run `clearance db reseal`.

    \b
    Exit status: 0 done; 74 the file cannot be read or written; 78 as for `serve`.
    """
    from clearance.bootstrap import open_database, read_settings
    from clearance.storage.sealing import add_key

    t = words(language)
    with _faults_told():
        settings = read_settings(home)
        with open_database(settings):  # a file that does not belong to this database is refused first
            made = add_key(settings.records_key)
        with open_database(settings):  # and the database knows of the new one before anything is sealed with it
            click.echo(t.gettext("New key %(key)s in %(file)s.") % {"key": made, **_key_file(settings)})


@db.command()
@click.option("--drop-old-keys", is_flag=True, help="Then take the older keys out of the file.")
@home_option
@language_option
def reseal(drop_old_keys: bool, home: Path, language: str) -> None:
    """Seal all personal columns and documents anew, under the newest key.

    The office may go on meanwhile. It can be stopped and begun again; what is done is passed over. On PostgreSQL, run
    it as the owner of the tables. Backups of before still need the older keys: keep a copy of the file with them.

    \b
    Exit status: 0 done; 65 something does not open: it was changed, or its key is not in the file; 74 and 75 files or
    database out of reach; 78 as for `serve`.
    """
    from clearance.bootstrap import open_database, open_documents, read_settings
    from clearance.storage.resealing import reseal as seal_anew
    from clearance.storage.sealing import keep_newest_key, keys_in

    t = words(language)
    with _faults_told():
        settings = read_settings(home)
        with open_database(settings) as database:
            seal_anew(database, keys_in(settings.records_key), open_documents(settings), _tell)
        if drop_old_keys:
            keep_newest_key(settings.records_key)
    click.echo(t.gettext("Everything is sealed with the newest key of %(file)s.") % _key_file(settings))


@db.command()
@click.argument("role")
@home_option
@language_option
def grant(role: str, home: Path, language: str) -> None:
    """Let the PostgreSQL role ROLE do what the application does, and no more.

    Run it as the owner of the tables (with the owner's database_url), once and after every upgrade; then make the user
    that the services sign in as a member of the role. Such a user can add to the record of acts, and cannot change or
    delete an entry or switch a trigger off.

    \b
    Example:
      clearance db grant clearance_app --home /srv/owner
      psql -c "CREATE ROLE clearance_web LOGIN PASSWORD '...' IN ROLE clearance_app"

    \b
    Exit status: 0 done; 65 it cannot be done, and why; 78 as for `serve`.
    """
    from clearance.bootstrap import ConfigurationRefused, open_database, read_settings
    from clearance.storage.rights import RightsRefused

    t = words(language)
    try:
        with open_database(read_settings(home)) as database:
            database.give_rights(role)
    except ConfigurationRefused as refused:
        fail("\n".join(refused.faults), os.EX_CONFIG)
    except RightsRefused as refused:
        fail(str(refused), os.EX_DATAERR)
    click.echo(t.gettext("Rights given to %(role)s.") % {"role": role})


@contextmanager
def _faults_told() -> Iterator[None]:
    from clearance.bootstrap import ConfigurationRefused
    from clearance.storage.sealing import KeyFileRefused

    try:
        yield
    except ConfigurationRefused as refused:
        fail("\n".join(refused.faults), os.EX_CONFIG)
    except (KeyFileRefused, Unreadable) as refused:
        fail(str(refused), os.EX_DATAERR)
    except Unavailable as away:
        fail(str(away), os.EX_TEMPFAIL)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", os.EX_IOERR)


def _key_file(settings: Settings) -> dict[str, Path]:
    return {"file": settings.records_key}


def _tell(name: str, count: int) -> None:
    click.echo(f"{name}: {count}", err=True)
