"""`clearance signer`: the signing service, and the switch that stops every signature."""

import os
from pathlib import Path

import click

from clearance.cli.office import fail, home_option, language_option, office_at, shown, words
from clearance.cli.signals import ending_on_signals
from clearance.domain.decision import Refused
from clearance.issuing.halt import resume_signing, standing_stop, stop_signing
from clearance.issuing.ports import NotOnRecord, NotSigned
from clearance.web.wording import ground_text, trouble_text
from clearance_templates.i18n import Translator

officer_option = click.option("--officer", required=True, metavar="NUMBER", help="On whose word, such as BMET-3001.")
reason_option = click.option("--reason", required=True, help="One line, for every officer to read.")


@click.group()
def signer() -> None:
    """Run the signing service, the only program with keys; stop and resume all signing."""


@signer.command()
@home_option
@click.option(
    "--clock-is-right", is_flag=True, help="You compared the clock; it may be a week ahead of everything known."
)
def run(home: Path, clock_is_right: bool) -> None:
    """Sign cards on request, and publish what desks fetch, until Ctrl-C or SIGTERM.

    Web and command line ask this program for cards and cannot sign themselves. It listens at `<home>/signer.sock`
    unless the section [signer] of clearance.toml says otherwise. Run it as a user of its own, who alone can read the
    keys; their passphrase comes from CLEARANCE_KEY_PASSPHRASE_FILE.

    \b
    Example:
      CLEARANCE_KEY_PASSPHRASE_FILE=/run/secrets/keys clearance signer run --home /srv/signer

    \b
    Exit status: 0 stopped; 73 the address cannot be used; 78 the installation must not start.
    """
    from clearance.bootstrap import ConfigurationRefused
    from clearance.signer import signing

    try:
        with ending_on_signals() as signals, signing(home, clock_is_right=clock_is_right) as running:
            signals.stop = running.stop
            click.echo("The signing service is ready. Stop: Ctrl-C.")
            running.serve()
    except ConfigurationRefused as refused:
        fail("The signing service must not start:\n  " + "\n  ".join(refused.faults), os.EX_CONFIG)
    except OSError as error:
        fail(f"The address of the signing service cannot be used: {error}.", os.EX_CANTCREAT)


@signer.command()
@officer_option
@reason_option
@home_option
@language_option
@click.pass_context
def stop(context: click.Context, officer: str, reason: str, home: Path, language: str) -> None:
    """Stop every signature from now on, whoever asks, until `signer resume`. Cards can still be cancelled.

    Works while the signing service is down, too. Every officer sees who stopped it, when and why.

    \b
    Example:
      clearance signer stop --home /srv/signer --officer BMET-3001 --reason "Laptop with officers' passwords stolen"

    \b
    Exit status: 0 stopped; 65 there is no such officer, or the reason is missing or too long; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            stopped = stop_signing(service, officer_no=officer, reason=reason)
        except NotOnRecord:
            _no_such_officer(officer, t)
    if isinstance(stopped, Refused):
        fail("\n".join(ground_text(objection, t) for objection in stopped.objections), os.EX_DATAERR)
    said = t.gettext("Signing is stopped since %(since)s by %(officer)s: “%(reason)s”.")
    click.echo(said % {"since": t.datetime(stopped.at), "officer": stopped.officer_no, "reason": shown(stopped.reason)})


@signer.command()
@officer_option
@reason_option
@home_option
@language_option
@click.pass_context
def resume(context: click.Context, officer: str, reason: str, home: Path, language: str) -> None:
    """Lift the stop.

    \b
    Exit status: 0 lifted, or there was none; 65 and 78 as for `stop`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            lifted = resume_signing(service, officer_no=officer, reason=reason)
        except NotOnRecord:
            _no_such_officer(officer, t)
    if isinstance(lifted, Refused):
        fail("\n".join(ground_text(objection, t) for objection in lifted.objections), os.EX_DATAERR)
    click.echo(t.gettext("Signing goes on.") if lifted else t.gettext("Signing was not stopped."))


@signer.command()
@home_option
@language_option
@click.pass_context
def status(context: click.Context, home: Path, language: str) -> None:
    """Say whether the signing service answers, whether signing is stopped, and how much was signed lately.

    \b
    Exit status: 0 it answers and may sign; 1 it does not answer, or signing is stopped; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        with service.database.read() as work:
            lately = work.signing.lately(service.now())
        standing = standing_stop(service)
        try:
            state = service.signing.state()
        except NotSigned as failed:
            state = None
            click.echo(trouble_text(failed, t))
    if state is not None:
        click.echo(t.gettext("The signing service answers. Card key: %(kid)s.") % {"kid": state.kid.hex()})
    signed = t.gettext("Signed: %(hour)s cards in the last hour, %(day)s in 24 hours.")
    click.echo(signed % {"hour": t.number(lately.in_an_hour), "day": t.number(lately.in_a_day)})
    if standing is not None:
        said = t.gettext("Signing is stopped since %(since)s by %(officer)s: “%(reason)s”.")
        stop = standing.stop
        click.echo(said % {"since": t.datetime(stop.at), "officer": stop.officer_no, "reason": shown(stop.reason)})
    context.exit(0 if state is not None and standing is None else 1)


def _no_such_officer(number: str, t: Translator) -> None:
    fail(t.gettext("There is no officer %(number)s.") % {"number": shown(number)}, os.EX_DATAERR)
