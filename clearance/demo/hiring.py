"""A demo officer comes in as a real one does: by invitation, with a password and, where decisions are made, a second
factor. Only the demo knows the password afterwards, and shows it to its visitors."""

import secrets

from clearance.domain.factors import needs_second_factor
from clearance.domain.session import Place
from clearance.domain.staff import Officer
from clearance.issuing.factors import add_authenticator, demo_first_code, new_authenticator, new_recovery_codes
from clearance.issuing.invitations import add_officer, join
from clearance.issuing.people import NewOfficer
from clearance.issuing.service import Service
from clearance.issuing.sign_in import sign_in, sign_out

FRONT_DOOR = Place(device="browser:demo", agent="?, ?", network="127.0.0.1")


def hire(service: Service, wanted: NewOfficer) -> tuple[Officer, str]:
    """The officer with an account in good order, and the password."""
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    invited = add_officer(service, wanted)
    joined = join(service, username=wanted.username, code=invited.code, password=password, repeated=password)
    if not isinstance(joined, Officer):
        raise RuntimeError(f"the demo's invitation was refused: {joined}")
    if needs_second_factor(joined):
        _set_up_app(service, joined, password)
    return joined, password


def _set_up_app(service: Service, officer: Officer, password: str) -> None:
    entered = sign_in(service, username=officer.username, password=password, place=FRONT_DOOR)
    offered = new_authenticator(service, officer)
    code = demo_first_code(service, officer, offered.sealed)
    done = add_authenticator(service, entered.visit, sealed=offered.sealed, code=code) if entered and code else None
    if done is None:
        raise RuntimeError(f"the demo could not set up the app of {officer.username}")
    new_recovery_codes(service, done.visit)
    sign_out(service, done.visit.session)
