"""`clearance backup`: the whole installation, sealed for a key that is not here, while the office goes on."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, shown, words
from clearance.issuing.ports import Unavailable, Unreadable
from clearance_templates.i18n import N_, Translator

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

    from clearance.config import Settings
    from clearance.storage.backup import Source
    from clearance.storage.backup_folder import Manifest

Tell: TypeAlias = Callable[[str, int, int], None]
INCOMPLETE = 1
BUSY = os.EX_TEMPFAIL
RECIPIENTS_FILE = "backup-recipients.txt"
target_argument = click.argument("target", type=click.Path(path_type=Path, file_okay=False))
identity_option = click.option(
    "--identity",
    "identity_files",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="File with the private key that opens the backup; several may be given.",
)


class MakesUnlessTold(click.Group):
    """A first word that is no command of the group is the argument of `default`."""

    default = "make"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args.insert(0, self.default)
        return super().parse_args(ctx, args)


@click.group(cls=MakesUnlessTold)
def backup() -> None:
    """Back up the installation while it runs: clearance backup TARGET.

    A backup is sealed with age (age-encryption.org) for public keys: without a private key, which belongs in a safe,
    nobody can read it, this machine included. Begin with `clearance backup key`. How to bring one back: `clearance
    restore --help` and docs/flows/restore.md.

    \b
    Example:
      clearance backup /mnt/backup --home /srv/clearance
    """


@backup.command()
@target_argument
@click.option("--recipient", "recipients", multiple=True, metavar="age1...", help="Public key to seal for.")
@click.option(
    "--recipients-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=f"Public keys, one a line. Otherwise <home>/{RECIPIENTS_FILE}.",
)
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Let all but the newest N backups of TARGET go.")
@click.option(
    "--quick", is_flag=True, help="Do not read again the documents that TARGET holds already; only see that they are."
)
@click.option("--with-encrypted-keys", is_flag=True, help="Take encrypted key files along. Keys in clear never are.")
@home_option
@language_option
def make(
    target: Path,
    recipients: Sequence[str],
    recipients_file: Path | None,
    keep: int | None,
    quick: bool,
    with_encrypted_keys: bool,
    home: Path,
    language: str,
) -> None:
    """Write a backup of the installation into the folder TARGET, which may hold earlier ones.

    Database as of one moment (PostgreSQL with pg_dump, which must be on the PATH), every photo and card that it names,
    settings without passwords, the home's secrets, trust files, and which keys there are. Private keys are not in it:
    docs/KEYS.md. Documents that TARGET holds already are not written again. Run it as the user of the office's
    programs; an interrupted backup counts for nothing, and the next one clears it away.

    \b
    Example:
      clearance backup /mnt/backup --home /srv/clearance --keep 30

    \b
    Exit status: 0 made; 1 made, and documents are missing in the store; 64 or 2 wrong usage, or no key to seal for;
    65 it cannot be made, and why; 74 a file cannot be read or written; 75 the database or the document store is away,
    or another backup is under way; 78 as for `serve`.
    """
    from clearance.bootstrap import now, read_settings
    from clearance.storage.backup import make_backup
    from clearance.storage.backup_folder import alone_in, prune
    from clearance.storage.backup_sealing import recipients_in

    t = words(language)
    with backup_faults_told(t):
        settings = read_settings(home)
        given = recipients_in([*recipients, *_lines(recipients_file or home / RECIPIENTS_FILE)])
        if not given:
            fail(t.gettext("There is no key to seal for. First: clearance backup key"), os.EX_USAGE)
        source = _source(settings, with_encrypted_keys=with_encrypted_keys)
        with alone_in(target):
            with progress(t) as tell:
                made = make_backup(source, target, recipients=given, at=now(), reread=not quick, tell=tell)
            _say_made(made, target, t)
            for name in prune(target, keep=keep) if keep else ():
                click.echo(t.gettext("Let go: %(name)s") % {"name": name})
    if made.missing:
        missing = t.gettext("Documents that the store has lost: %(count)s. Everything else is in the backup.")
        fail(missing % {"count": t.number(made.missing)}, INCOMPLETE)


@backup.command()
@target_argument
@identity_option
@language_option
def verify(target: Path, identity_files: Sequence[Path], language: str) -> None:
    """Read back every file of the newest backup in TARGET, or of the one backup that TARGET is.

    Without a private key every byte is compared with what was written. With one the files are opened as well, and
    what is in them is compared.

    \b
    Exit status: 0 whole; 1 something is missing or was changed, and what; 65 no backup is there, or the key does not
    open it; 74 a file cannot be read.
    """
    from clearance.storage.backup_folder import open_backup
    from clearance.storage.restore import contents_faults

    t = words(language)
    with backup_faults_told(t):
        found = open_backup(target)
        faults = list(found.faults())
        if identity_files and not faults:
            with progress(t) as tell:
                faults = list(contents_faults(found, identities_of(identity_files), tell=tell))
    for fault in faults:
        click.echo(shown(fault))
    if faults:
        fail(t.gettext("The backup %(name)s is not whole.") % {"name": found.manifest.name}, INCOMPLETE)
    click.echo(t.gettext("The backup %(name)s is whole.") % {"name": found.manifest.name})


@backup.command("list")
@target_argument
@language_option
def list_(target: Path, language: str) -> None:
    """Show the backups in TARGET, the oldest first.

    \b
    Exit status: 0 shown; 65 a manifest is damaged.
    """
    from clearance.storage.backup_folder import finished, interrupted

    t = words(language)
    with backup_faults_told(t):
        found, left = finished(target), interrupted(target)
    headings = (N_("Backup"), N_("Made"), N_("Cards"), N_("Documents"), N_("Entries"), N_("Size"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for each in found:
        made = each.manifest
        size = f"{t.number(made.parts['database.age'].size >> 20)} MiB"
        table.add_row(
            made.name,
            t.datetime(made.made_at),
            t.number(made.rows.get("clearances", 0)),
            t.number(made.documents),
            t.number(made.head.number),
            size,
        )
    Console(width=120 if not sys.stdout.isatty() else None).print(table)
    for path in left:
        click.echo(t.gettext("Not finished: %(name)s. The next backup clears it away.") % {"name": path.name})


@backup.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="New file for the private key, best on the medium that goes into the safe.",
)
@language_option
def key(out: Path, language: str) -> None:
    """Make the key that opens backups, best on another machine; keep two copies in two safes.

    The public key that it prints goes into <home>/backup-recipients.txt, a line for each. Whoever has the private key
    and a backup has everything but the card keys; without it no backup can be brought back.

    \b
    Example:
      clearance backup key --out /media/safe/backup-key.txt

    \b
    Exit status: 0 made; 73 the file is there already, or cannot be made.
    """
    from clearance.storage.backup_sealing import new_identity

    t = words(language)
    private, public = new_identity()
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{out}: {error.strerror}", os.EX_CANTCREAT)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# opens backups of the clearance service\n# public key: {public}\n{private}\n")
        file.flush()
        os.fsync(file.fileno())
    click.echo(public)
    said = t.gettext("Put this line into <home>/backup-recipients.txt, and %(file)s into a safe.")
    click.echo(said % {"file": out}, err=True)


@contextmanager
def backup_faults_told(t: Translator) -> Iterator[None]:
    """Ends the program with a sentence for everything that a backup or a restore may run into."""
    from clearance.bootstrap import ConfigurationRefused
    from clearance.signing.errors import SigningFault
    from clearance.storage.backup_database import BackupRefused
    from clearance.storage.backup_folder import BackupBusy
    from clearance.storage.backup_sealing import NotForThisKey, RecipientRefused, SealBroken

    try:
        yield
    except ConfigurationRefused as refused:
        fail(t.gettext("This installation cannot be used:") + "\n  " + "\n  ".join(refused.faults), os.EX_CONFIG)
    except BackupBusy as busy:
        fail(str(busy), BUSY)
    except RecipientRefused as refused:
        fail(str(refused), os.EX_USAGE)
    except (BackupRefused, SealBroken, SigningFault) as refused:
        fail(str(refused), os.EX_DATAERR)
    except NotForThisKey:
        fail(t.gettext("This key does not open the backup: it was sealed for another one."), os.EX_DATAERR)
    except Unreadable as lacking:
        fail(shown(str(lacking)), os.EX_CONFIG)
    except Unavailable:
        fail(t.gettext("The database or the document store cannot be reached now; try again."), os.EX_TEMPFAIL)
    except OSError as error:
        fail(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "), os.EX_IOERR)


@contextmanager
def progress(t: Translator) -> Iterator[Tell]:
    """A bar at a terminal, a line now and then elsewhere."""
    from rich.progress import Progress

    names = {"database": t.gettext("Database"), "documents": t.gettext("Documents"), "cards": t.gettext("Cards")}
    if not sys.stderr.isatty():
        yield lambda what, done, of: click.echo(f"{names[what]}: {t.number(done)}/{t.number(of)}", err=True)
        return
    with Progress(console=Console(stderr=True)) as bar:
        tasks = {what: bar.add_task(name, total=None, visible=False) for what, name in names.items()}
        yield lambda what, done, of: bar.update(tasks[what], completed=done, total=of or 1, visible=True)


def identities_of(files: Sequence[Path]) -> "Sequence[Identity]":
    """The private keys in some files. Raises RecipientRefused, OSError."""
    from clearance.storage.backup_sealing import identities_in

    return [identity for file in files for identity in identities_in(file.read_text("utf-8", "replace").splitlines())]


def _source(settings: "Settings", *, with_encrypted_keys: bool) -> "Source":
    from clearance.bootstrap import open_documents
    from clearance.cli.backup_parts import home_files
    from clearance.storage.backup import Source
    from clearance.storage.sealing import keys_in

    return Source(
        database_url=settings.url,
        keys=keys_in(settings.records_key),
        documents=open_documents(settings),
        home=lambda: home_files(settings, with_encrypted_keys=with_encrypted_keys),
        scratch=settings.home,
        program=version("clearance"),
    )


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _say_made(made: "Manifest", target: Path, t: Translator) -> None:
    said = t.gettext("Backup %(name)s in %(target)s: %(cards)s cards, %(documents)s documents.")
    click.echo(
        said
        % {
            "name": made.name,
            "target": target,
            "cards": t.number(made.rows["clearances"]),
            "documents": t.number(made.documents),
        }
    )
    click.echo(f"{made.head.number}:{made.head.digest}")
