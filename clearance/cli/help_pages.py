"""`clearance help-pages`: looking after the help pages that an office wrote."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from clearance.cli.office import home_option, language_option, shown, words
from clearance.web.help_check import MAX_IMAGE, Finding, FindingKind, findings
from clearance.web.help_pages import FOLDER
from clearance_templates.i18n import N_, Translator

FOUND = 1
SENTENCES: Mapping[FindingKind, str] = {
    FindingKind.UNREADABLE: N_("cannot be read, so nobody sees it: %(about)s."),
    FindingKind.NAME: N_("has a name that cannot stand in an address: use a-z, 0-9 and hyphens."),
    FindingKind.NO_TRANSLATION: N_("has no translation into %(about)s: those readers are shown the other language."),
    FindingKind.FIRST_HEADING: N_("has a heading with one “#”: the title is that heading. Begin with “##”."),
    FindingKind.HTML: N_("has HTML, which is shown as text: %(about)s"),
    FindingKind.BROKEN_LINK: N_("has a link that leads nowhere: %(about)s"),
    FindingKind.NO_ALTERNATIVE: N_("has a picture without words for those who cannot see it: %(about)s"),
    FindingKind.IMAGE_MISSING: N_("shows a picture that is not in the folder “images”: %(about)s"),
    FindingKind.IMAGE_TOO_LARGE: N_("is too large for slow phones: %(about)s KB, at most %(limit)s KB."),
}


@click.group("help-pages")
def help_pages() -> None:
    """Look after the help pages: Markdown files in the folder `help` of the installation."""


@help_pages.command()
@home_option
@language_option
def check(home: Path, language: str) -> None:
    """Look for missing translations, broken links, pictures that are too large, and files that cannot be read.

    \b
    Exit status: 0 nothing found; 1 something to mend.
    """
    t = words(language)
    found = findings(home / FOLDER)
    for finding in found:
        click.echo(f"{shown(str(finding.file))}: {_sentence(finding, t)}")
    if found:
        click.echo(t.ngettext("%(count)s thing to mend.", "%(count)s things to mend.", len(found)) % _count(found, t))
        sys.exit(FOUND)
    click.echo(t.gettext("The help pages are in order."))


def _sentence(finding: Finding, t: Translator) -> str:
    values = {"about": shown(finding.about), "limit": t.number(MAX_IMAGE >> 10)}
    return t.gettext(SENTENCES[finding.kind]) % values


def _count(found: list[Finding], t: Translator) -> dict[str, str]:
    return {"count": t.number(len(found))}
