"""`clearance person`: one person's data given out, kept for an investigation, or erased by two officers."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from clearance.cli.office import fail, home_option, language_option, office_at, officer_at_terminal, this_host, words
from clearance.credential.identifiers import normalise_passport_no
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.erasure import Basis
from clearance.domain.oversight import LookupKind
from clearance.domain.staff import Officer
from clearance.issuing import lookups, persons
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.issuing.service import Service
from clearance.web.personal_file import personal_zip
from clearance.web.wording import ground_text
from clearance_templates.i18n import Translator

officer_option = click.option("--officer", "username", required=True, help="User name of whoever acts.")
passport_argument = click.argument("passport")
Done = TypeVar("Done")


@click.group()
def person() -> None:
    """Give a person everything that is held about them, keep it for an investigation, or erase it."""


@person.command()
@passport_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@officer_option
@home_option
@language_option
@click.pass_context
def export(context: click.Context, passport: str, file: Path, username: str, home: Path, language: str) -> None:
    """Write everything held about the holder of PASSPORT into the new ZIP file FILE.

    In words (Bengali and English), as data, and the photos and cards. That it was made is put on record.

    \b
    Exit status: 0 written; 64 or 2 wrong usage; 65 no such passport, or not allowed; 73 FILE is there already;
    77 user name, password or code is wrong; 78 as for `serve`.
    """
    t = words(language)
    if file.exists():
        fail(t.gettext("%(file)s is there already. Nothing was written.") % {"file": file}, os.EX_CANTCREAT)
    with _acting(context, home, username, t) as (service, officer):
        reference = persons.find(service, normalise_passport_no(passport))
        lookups.note(service, officer=officer, kind=LookupKind.PERSON, subject=reference, device=this_host())
        held = _unless_refused(persons.give_out(service, reference, officer=officer, device=this_host()), t)
        archive = personal_zip(held, persons.read_documents(service.documents, held.documents))
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(archive)
    click.echo(reference)


@person.command()
@passport_argument
@click.option("--basis", type=click.Choice([basis.value for basis in Basis]), required=True, help="Why.")
@click.option("--reason", required=True, help="One line, for whoever consents.")
@officer_option
@home_option
@language_option
@click.pass_context
def erase(
    context: click.Context, passport: str, basis: str, reason: str, username: str, home: Path, language: str
) -> None:
    """Order that the holder of PASSPORT is erased. Nothing happens before another officer consents.

    \b
    Exit status: 0 ordered, and its number; 65 no such passport, or it cannot be erased now, and why; 75 an order
    waits already; 77 user name, password or code is wrong; 78 as for `serve`.
    """
    t = words(language)
    with _acting(context, home, username, t) as (service, officer):
        reference = persons.find(service, normalise_passport_no(passport))
        try:
            made = persons.order_erasure(
                service, reference, basis=Basis(basis), reason=reason, officer=officer, device=this_host()
            )
        except Conflict:
            fail(t.gettext("An order about this person waits already. Nothing was added."), os.EX_TEMPFAIL)
        click.echo(_unless_refused(made, t).number)


@person.command()
@click.argument("number")
@officer_option
@home_option
@language_option
@click.pass_context
def consent(context: click.Context, number: str, username: str, home: Path, language: str) -> None:
    """Consent to the order NUMBER and erase the person, for ever.

    \b
    Exit status: 0 erased; 65 no such order, or it cannot be done now, and why; 77 user name, password or code is
    wrong; 78 as for `serve`.
    """
    t = words(language)
    with _acting(context, home, username, t) as (service, officer):
        _unless_refused(persons.consent(service, number, officer=officer, device=this_host()), t)
        click.echo(t.gettext("The person is erased from the record."))


@person.command()
@passport_argument
@click.option("--reason", required=True, help="Which investigation needs it.")
@officer_option
@home_option
@language_option
@click.pass_context
def keep(context: click.Context, passport: str, reason: str, username: str, home: Path, language: str) -> None:
    """Keep the newest case of PASSPORT whole until an administrator ends that on the page of the case.

    \b
    Exit status: 0 kept; 65 no such passport, or not allowed; 77 user name, password or code is wrong; 78 as for
    `serve`.
    """
    t = words(language)
    with _acting(context, home, username, t) as (service, officer):
        reference = persons.find(service, normalise_passport_no(passport))
        with suppress(Conflict):  # it is kept already, which is what was asked for
            _unless_refused(persons.hold(service, reference, reason=reason, officer=officer, device=this_host()), t)
        click.echo(reference)


@contextmanager
def _acting(context: click.Context, home: Path, username: str, t: Translator) -> Iterator[tuple[Service, Officer]]:
    """The office and the officer, by password and second factor."""
    with office_at(context, home, t) as service:
        officer = officer_at_terminal(service, username, t)
        try:
            yield service, officer
        except NotOnRecord:
            fail(t.gettext("There is no such person or order."), os.EX_DATAERR)


def _unless_refused(outcome: Done | Refused, t: Translator) -> Done:
    if isinstance(outcome, Refused):
        _refused(outcome.objections, t)
    return outcome


def _refused(objections: Iterable[Objection], t: Translator) -> NoReturn:
    fail("\n".join(ground_text(each, t) for each in objections), os.EX_DATAERR)
