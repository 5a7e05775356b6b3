"""`clearance retention`: what personal data is due to go, and letting it go now."""

from collections.abc import Mapping
from pathlib import Path

import click

from clearance.cli.office import home_option, language_option, office_at, words
from clearance.domain.retention import Kept
from clearance.issuing.retention import DOCUMENTS, due, keep_terms
from clearance.web.wording_personal import kept_text
from clearance_templates.i18n import Translator


@click.group()
def retention() -> None:
    """Let personal data go when its term is over.

    The worker does it by itself, four times a day. Terms are days in the section [retention] of the settings;
    docs/PRIVACY.md says what each is for.
    """


@retention.command()
@home_option
@language_option
@click.pass_context
def show(context: click.Context, home: Path, language: str) -> None:
    """Show each term, and how much would go now. Nothing is changed.

    \b
    Exit status: 0 shown; 75 the database is away; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        counts, days = due(service), service.retention.days
    for kept in Kept:
        line = t.gettext("%(what)s: after %(days)s days; due now: %(count)s")
        facts = {"what": kept_text(kept, t), "days": t.number(days[kept]), "count": t.number(counts[kept.value])}
        click.echo(line % facts)


@retention.command()
@home_option
@language_option
@click.pass_context
def run(context: click.Context, home: Path, language: str) -> None:
    """Let go what is due. It can be stopped at any moment and run again.

    \b
    Exit status: 0 done; 75 the database is away; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        _told(keep_terms(service, service.now()), t)


def _told(gone: Mapping[str, int], t: Translator) -> None:
    for kept in Kept:
        click.echo(f"{kept_text(kept, t)}: {t.number(gone[kept.value])}")
    click.echo(t.gettext("Photos and cards: %(count)s") % {"count": t.number(gone[DOCUMENTS])})
