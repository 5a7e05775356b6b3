"""Words of signing in and of accounts: why a session is over, what is to happen to an account, what is against it."""

from collections.abc import Mapping

from clearance.domain.session import SessionEnd
from clearance.domain.staff_change import ChangeGround, ChangeKind
from clearance_templates.i18n import N_, Translator

IDLE = N_("You were signed out: nothing was done for half an hour, or the shift was over.")
OVER_WORDS: Mapping[str, str] = {
    SessionEnd.SIGNED_OUT: N_("You signed out."),
    SessionEnd.SENT_AWAY: N_("You were signed out from another browser, or by an administrator."),
    SessionEnd.MOVED: N_(
        "Your session turned up in another browser and was ended: its cookie may have been copied. Sign in again, look "
        "at “Your account”, and tell your administrator if that was not you."
    ),
    SessionEnd.ACCOUNT_CHANGED: N_("Your account was changed, so you were signed out. Sign in again."),
}
END_WORDS: Mapping[SessionEnd, str] = {
    SessionEnd.SIGNED_OUT: N_("Signed out"),
    SessionEnd.SENT_AWAY: N_("Signed out from elsewhere"),
    SessionEnd.MOVED: N_("Ended: turned up in another browser"),
    SessionEnd.ACCOUNT_CHANGED: N_("Ended: account changed"),
}
RAN_OUT = N_("Ran out")
CHANGE_WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.OPEN: N_("Open the account"),
    ChangeKind.ROLES: N_("Other roles"),
    ChangeKind.FACTORS: N_("Reset the second factor"),
}
CHANGE_GROUND_WORDS: Mapping[ChangeGround, str] = {
    ChangeGround.NOT_ADMINISTRATOR: N_("Only administrators change accounts."),
    ChangeGround.OWN_ACCOUNT: N_("Nobody changes the own account: another administrator does."),
    ChangeGround.OWN_PROPOSAL: N_("You put this down yourself; another administrator must agree."),
    ChangeGround.ALREADY_PROPOSED: N_("This was put down already and waits for a second administrator."),
    ChangeGround.ALREADY_SETTLED: N_("Another administrator settled this already."),
    ChangeGround.NOTHING_TO_CHANGE: N_("There is nothing to change: the account is like that already."),
    ChangeGround.NO_ROLE: N_("An account needs at least one role. To take all away, close it."),
}


def session_over_text(why: str, t: Translator) -> str:
    """What somebody is told whose session is over; for anything unknown, that it ran out."""
    return t.gettext(OVER_WORDS.get(why, IDLE))


def session_end_text(end: SessionEnd | None, t: Translator) -> str:
    """How a session ended, in a list; None where it ran out by itself."""
    return t.gettext(RAN_OUT if end is None else END_WORDS[end])


def change_text(kind: ChangeKind, t: Translator) -> str:
    """What is to happen to an account."""
    return t.gettext(CHANGE_WORDS[kind])


def change_ground_text(ground: ChangeGround, t: Translator) -> str:
    """What stands against a step."""
    return t.gettext(CHANGE_GROUND_WORDS[ground])
