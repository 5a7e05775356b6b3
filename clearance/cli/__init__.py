"""The `clearance` command: one group, one module for each family of commands.

It turns words on the command line into calls and results into words and exit statuses; what happens is decided below.
"""

import importlib
import sys

import click

USAGE_ERROR = 64
"""EX_USAGE of sysexits.h: commands give 1 and 2 a meaning of their own."""
TRY_AGAIN = 75
"""EX_TEMPFAIL: whoever watches over a program starts it again."""
INTERRUPTED = 130
"""As after SIGINT."""

COMMANDS = {
    "demo": "clearance.cli.serve:demo",
    "serve": "clearance.cli.serve:serve",
    "signer": "clearance.cli.signer:signer",
    "keys": "clearance.cli.keys:keys",
    "credential": "clearance.cli.credential:credential",
    "batch": "clearance.cli.batch:batch",
    "card": "clearance.cli.card:card",
    "staff": "clearance.cli.staff:staff",
    "audit": "clearance.cli.audit:audit",
    "doctor": "clearance.cli.doctor:doctor",
    "db": "clearance.cli.db:db",
    "backup": "clearance.cli.backup:backup",
    "restore": "clearance.cli.restore:restore",
    "export": "clearance.cli.exit:export",
    "import": "clearance.cli.exit:import_",
    "void": "clearance.cli.void:void",
    "desks": "clearance.cli.desks:desks",
    "clients": "clearance.cli.clients:clients",
    "reissue": "clearance.cli.reissue:reissue",
    "rules": "clearance.cli.rules:rules",
    "agencies": "clearance.cli.offices:agencies",
    "offices": "clearance.cli.offices:offices",
    "permit": "clearance.cli.permit:permit",
    "person": "clearance.cli.person:person",
    "retention": "clearance.cli.retention:retention",
    "worker": "clearance.cli.worker:worker",
    "help-pages": "clearance.cli.help_pages:help_pages",
}
"""Name -> module and command. Modules load on use, so that `--help` and small commands start at once."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="clearance")
def clearance() -> None:
    """Issue emigration clearance cards: sign them, hand them out, take them back."""


def main() -> None:
    """Entry point of the console script."""
    try:
        status = clearance.main(prog_name="clearance", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        status = USAGE_ERROR
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except click.Abort:
        status = INTERRUPTED
    except Exception as error:
        from clearance.issuing.ports import Unavailable  # whoever asks for help need not load it

        if not isinstance(error, Unavailable):
            raise
        click.echo("The database cannot be used now: it is full, locked or out of reach. Nothing was done.", err=True)
        status = TRY_AGAIN
    sys.exit(status)
