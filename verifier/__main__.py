"""The `verifier` command: `run` starts the desk (also when nothing is said), `check` judges texts and pictures.

It decides names, and that a wrong command line ends with status 64, because `check` gives 1 and 2 a meaning.
"""

import os
import sys
from pathlib import Path

import click

from verifier.check_cli import check

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
        from verifier.bootstrap import CannotStart, run_desk
        from verifier.config import ConfigError, settings
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is not installed. Run: pip install 'clearance[desk]'") from error
    try:
        run_desk(settings(os.environ, home=home, issuer_url=issuer_url, port=port, desk=desk))
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
    except CannotStart as error:
        raise click.ClickException(str(error)) from error


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
