"""The `verifier` command: `run` starts the desk (also when nothing is said), `check` judges texts and pictures, `enrol`
makes the desk known to the office.

It decides names, and that a wrong command line ends with status 64, because `check` gives 1 and 2 a meaning.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import click

from verifier.check_cli import check
from verifier.checkpoints_cli import checkpoints
from verifier.relay_cli import relay
from verifier.stick_cli import bundle

USAGE_ERROR = 64  # EX_USAGE of sysexits.h


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="clearance")
@click.pass_context
def verifier(context: click.Context) -> None:
    """Verify emigration clearance cards, with or without network. Without a command: run."""
    if context.invoked_subcommand is None:
        context.invoke(run)


verifier.add_command(check)
verifier.add_command(checkpoints)
verifier.add_command(bundle)
verifier.add_command(relay)


@verifier.command()
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where everything lies. [var/desk]")
@click.option("--issuer", "issuer_url", help="Address of the issuing service. [http://127.0.0.1:8000]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the desk's page. [8100]")
@click.option("--desk", help="Airport and counter, as written in the journal. [DAC-1]")
def run(
    home: Path | None = None, issuer_url: str | None = None, port: int | None = None, desk: str | None = None
) -> None:
    """Start the desk: one page for scanner, camera and files, on this machine only.

    Each option can also come from the environment: VERIFIER_HOME, VERIFIER_ISSUER_URL, VERIFIER_PORT, VERIFIER_DESK.

    \b
    Example:
      verifier run --home /srv/desk --issuer https://clearance.bmet.gov.bd
    """
    try:  # the page and the camera take long to load, and `check` does without them
        from verifier.bootstrap import CannotStart
        from verifier.config import ConfigError, settings
        from verifier.program import run_desk
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is not installed. Run: pip install 'clearance[desk]'") from error
    try:
        run_desk(lambda: settings(os.environ, home=home, issuer_url=issuer_url, port=port, desk=desk))
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    except CannotStart as error:
        raise click.ClickException(str(error)) from error


@verifier.command()
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where everything lies. [var/desk]")
@click.argument("source", type=click.File("rb"))
def enrol(home: Path | None, source: BinaryIO) -> None:
    """Make this desk known to the office with the code in the file SOURCE, or from standard input with `-`.

    The code is the token of `clearance desks add`, or the line ENROL with address and token. From then on the desk
    reports which trust data it holds. Its first screen does the same, and asks for airport and counter.

    \b
    Exit status: 0 enrolled; 64 wrong usage, or not a token; 1 it cannot be kept.
    """
    from verifier import enrolment
    from verifier.config import settings
    from verifier.setup import MAX_CODE, EnrolCode, NotACode, keep, kept_in

    config = settings(os.environ, home=home)
    path = config.token
    try:
        code = EnrolCode.read(source.read(MAX_CODE).decode("ascii", errors="replace"))
        if code.issuer_url:
            keep(config.kept, replace(kept_in(config.kept), issuer_url=code.issuer_url))
        desk_id = enrolment.enrol(path, code.token.encode("ascii"))
    except (NotACode, enrolment.NotAToken):
        raise click.UsageError(
            "This is not the token of a desk; one looks like DSK-01234567- and 32 more characters.\n"
            "এটি কোনো ডেস্কের টোকেন নয়; টোকেন দেখতে এমন: DSK-01234567- এবং আরও ৩২টি অক্ষর।"
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written: {error.strerror}.\n{path} লেখা যায়নি: {error.strerror}।"
        ) from error
    click.echo(f"Enrolled / তালিকাভুক্ত: {desk_id}")


def main() -> None:
    """Entry point of the console script."""
    try:
        status = verifier.main(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        status = USAGE_ERROR
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except BrokenPipeError:  # whoever read the answers has gone; Python must not write to them once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except click.Abort:
        status = 130  # as after SIGINT
    sys.exit(status)


if __name__ == "__main__":
    main()
