"""`clearance db`: looking after the database."""

import os
from pathlib import Path

import click

from clearance.cli.office import fail, home_option, language_option, words


@click.group()
def db() -> None:
    """Look after the database."""


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
