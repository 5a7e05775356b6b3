"""What the office's commands share: the installation they work on, the language they answer in, how they end."""

import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NoReturn, TypeAlias, cast

import click

from clearance.domain.factors import needs_second_factor
from clearance.domain.lifecycle import MAX_DEVICE
from clearance.domain.staff import Officer
from clearance.issuing.factors import code_is_right
from clearance.issuing.ports import Unavailable
from clearance.issuing.service import Service
from clearance.issuing.sign_in import known_officer
from clearance_templates.i18n import LANGUAGES, Language, Translator, translator

ServiceOpener: TypeAlias = Callable[[Path], AbstractContextManager[Service]]

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CLEARANCE_HOME",
    required=True,
    help="The installation's folder (keys, settings, documents). Otherwise $CLEARANCE_HOME.",
)
language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=lambda: language_of_environment(),
    help="Language of the answers. Otherwise that of the terminal's locale.",
)
PASSWORD_VARIABLE = "CLEARANCE_PASSWORD_"  # noqa: S105 - the beginning of a variable's name
CODE_VARIABLE = "CLEARANCE_CODE_"
_JOINERS = "\u200c\u200d"  # invisible, and they carry meaning in Bengali


def language_of_environment() -> Language:
    """Bengali where the terminal's locale says so, English otherwise."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "bn" if locale.startswith("bn") else "en"


def words(language: str) -> Translator:
    """The translator of a language option."""
    return translator(cast(Language, language))


@contextmanager
def office_at(context: click.Context, home: Path, t: Translator) -> Iterator[Service]:
    """The service of the installation at `home`; a test hands its own in as the context's object."""
    from clearance.bootstrap import ConfigurationRefused, open_service  # loads much: not for --help

    opener = cast(ServiceOpener, context.obj or open_service)
    try:
        with opener(home) as service:
            yield service
    except ConfigurationRefused as refused:
        fail(t.gettext("This installation cannot be used:") + "\n  " + "\n  ".join(refused.faults), os.EX_CONFIG)
    except Unavailable:
        fail(t.gettext("The database cannot be used now. Nothing was written; try again."), os.EX_TEMPFAIL)


def fail(sentence: str, status: int) -> NoReturn:
    """End the program with a sentence on standard error."""
    click.echo(sentence, err=True)
    sys.exit(status)


def password_of(username: str, t: Translator) -> str:
    """The password of an account: from $CLEARANCE_PASSWORD_<USERNAME>, or asked for at the terminal."""
    return _given(PASSWORD_VARIABLE, username, t.gettext("Password of %(username)s") % {"username": username}, t)


def _given(beginning: str, username: str, question: str, t: Translator) -> str:
    variable = beginning + re.sub(r"[^A-Z0-9]", "_", username.upper())
    given = os.environ.get(variable)
    if given is None and not sys.stdin.isatty():
        asked = t.gettext("There is no terminal to ask at: set %(variable)s. (%(question)s)")
        fail(asked % {"question": question, "variable": variable}, os.EX_USAGE)
    return given if given is not None else str(click.prompt(question, hide_input=True, err=True))


def officer_at_terminal(service: Service, username: str, t: Translator) -> Officer:
    """The officer who acts with this command, by password and second factor; anybody else ends the program."""
    officer = known_officer(service, username=username, password=password_of(username, t))
    if officer is None:
        wrong = t.gettext("User name or password is wrong: %(username)s.")
        fail(wrong % {"username": shown(username)}, os.EX_NOPERM)
    if needs_second_factor(officer) and not code_is_right(service, officer, _code_of(username, t)):
        wrong = t.gettext("The code of %(username)s is wrong, or was used before.")
        fail(wrong % {"username": shown(username)}, os.EX_NOPERM)
    return officer


def _code_of(username: str, t: Translator) -> str:
    """A code of the officer's app or paper: from $CLEARANCE_CODE_<USERNAME>, or asked for at the terminal."""
    question = t.gettext("Code of %(username)s (authenticator app or recovery code)") % {"username": username}
    return _given(CODE_VARIABLE, username, question, t)


def shown(text: str, *, limit: int = 300) -> str:
    """A text from outside as a terminal may show it: one line, no control sequences, not without end."""
    line = "".join(c if c.isprintable() or c in _JOINERS else "?" for c in " ".join(text.split()))
    return line if len(line) <= limit else f"{line[:limit]}..."


def this_host() -> str:
    """What the record names as the device of whoever works at this command line."""
    return f"cli:{socket.gethostname()}"[:MAX_DEVICE]
