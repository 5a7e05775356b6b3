"""What the commands about keys share: secrets, who is present, and how a step or a fault is told."""

import functools
import getpass
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from clearance.signing.ceremony import Done, Occasion, keep_record
from clearance.signing.errors import DirectoryInUse, KeyUnreachable, OutOfOrder, PassphraseWrong, SigningFault
from clearance.signing.private_keys import Secrets

PASSPHRASE_VARIABLE = "CLEARANCE_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
PIN_VARIABLE = "CLEARANCE_HSM_PIN"

directory_option = click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The directory of the keys (private/, public/).",
)
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CLEARANCE_KEY_PASSPHRASE_FILE",
    help=f"The first line is the passphrase of the private keys. Otherwise ${PASSPHRASE_VARIABLE}, or a question.",
)
pin_option = click.option(
    "--pin-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CLEARANCE_HSM_PIN_FILE",
    help=f"The first line is the PIN of the hardware token, if there is one. Otherwise ${PIN_VARIABLE}, or a question.",
)
token_option = click.option(
    "--token",
    metavar="URI",
    help="Make the key inside a hardware token: pkcs11:token=LABEL?module-path=/path/to/module.so",
)


def present_options(command: Callable[..., None]) -> Callable[..., None]:
    """Who takes the step: `occasion` instead of --operator and --witness."""

    @click.option("--operator", help="Who does this, for the ceremony's record. Otherwise the login name.")
    @click.option("--witness", "witnesses", multiple=True, help="Who watches; may be given several times.")
    @functools.wraps(command)
    def with_occasion(operator: str | None, witnesses: tuple[str, ...], **options: object) -> None:
        occasion = Occasion(
            at=int(time.time()),  # noqa: TID251 - a ceremony is its own bootstrap
            operator=operator or _login_name(),
            machine=platform.node(),
            witnesses=witnesses,
        )
        command(on=occasion, **options)

    return with_occasion


def tell(done: Done, directory: Path, on: Occasion) -> None:
    """Keep the record of a step, and say what was done and what comes next."""
    record = keep_record(directory, done, on)
    for sentence in done.said:
        click.echo(sentence)
    width = max((len(name) for name in done.facts), default=0)
    for name, value in done.facts.items():
        click.echo(f"  {name:<{width}}  {value}")
    click.echo(f"Record: {record}" + ("" if done.already else " (print it; everybody present signs)"))
    if done.then:
        click.echo()
    for line in done.then:
        click.echo(line)


@contextmanager
def faults_told() -> Iterator[None]:
    """End the program with a sentence where a step was refused or a file could not be written."""
    try:
        yield
    except SigningFault as fault:
        fail_for(fault)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror}. No file was left half-written; run this again when it is cured.", os.EX_IOERR)


def fail(sentence: str, status: int) -> NoReturn:
    """End the program with a sentence on standard error."""
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(status)


def fail_for(fault: SigningFault) -> NoReturn:
    """End the program with the fault's sentence and the exit status of its kind (sysexits.h)."""
    match fault:
        case DirectoryInUse():
            fail(str(fault), os.EX_CANTCREAT)
        case PassphraseWrong():
            fail(str(fault), os.EX_NOPERM)
        case KeyUnreachable():
            fail(str(fault), os.EX_UNAVAILABLE)
        case OutOfOrder():
            fail(str(fault), os.EX_TEMPFAIL)
        case _:
            fail(str(fault), os.EX_NOINPUT)


def given_passphrase(file: Path | None) -> bytes | None:
    """The passphrase of the file's first line or of the environment; None when neither is given."""
    if file is None:
        return os.environ.get(PASSPHRASE_VARIABLE, "").encode() or None
    return _first_line(file, "passphrase")


def new_passphrase(file: Path | None, *, needed: bool) -> bytes | None:
    """A passphrase for keys to be made, asked for twice at a terminal where one is needed and none was given."""
    passphrase = given_passphrase(file)
    if passphrase is None and needed and sys.stdin.isatty():
        passphrase = str(click.prompt("Passphrase for the keys", hide_input=True, confirmation_prompt=True)).encode()
    return passphrase


def secrets_of(passphrase_file: Path | None, pin_file: Path | None, *, of: Path, new_keys: bool = False) -> Secrets:
    """Passphrase and PIN from file, environment or, when a key needs them, a question at the terminal, asked once.

    `of` is the directory whose keys they open; a passphrase for `new_keys` is asked for twice.
    """

    @functools.cache
    def passphrase() -> bytes | None:
        given = given_passphrase(passphrase_file)
        if given is None and sys.stdin.isatty():
            answer = click.prompt(
                f"Passphrase of the keys in {of}", hide_input=True, confirmation_prompt=new_keys, err=True
            )
            given = str(answer).encode()
        return given

    @functools.cache
    def pin(token: str) -> str | None:
        if pin_file is not None:
            return _first_line(pin_file, "PIN").decode("utf-8", "replace")
        given = os.environ.get(PIN_VARIABLE)
        if not given and sys.stdin.isatty():
            given = str(click.prompt(f"PIN of the token {token}", hide_input=True, err=True))
        return given or None

    return Secrets(passphrase=passphrase, pin=pin)


def _first_line(file: Path, what: str) -> bytes:
    try:
        line = file.read_bytes().partition(b"\n")[0].removesuffix(b"\r")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.", os.EX_NOINPUT)
    return line or fail(f"The first line of {file} is empty; it must be the {what}.", os.EX_NOPERM)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return f"user {os.getuid()}"
