"""The form that asks for the second factor, wherever it stands: behind the password, and before what cannot be undone.

It decides what the form shows and how often codes may be tried. What a right answer opens is decided by who asks.
"""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_limiter import Limiter

from clearance.issuing import passkeys
from clearance.issuing.factors import demo_code, show_code
from clearance.issuing.passkeys import RelyingParty
from clearance.issuing.service import Service
from clearance.issuing.sign_in import Entered, Visit
from clearance.web.staff.devices import device, is_known

CODE_TRIES = "6 per minute; 30 per hour"
"""Of one account: with three codes good at a time, guessing one takes years. A browser that this officer came in with
before is counted by itself, so that somebody who knows the password cannot keep the officer out."""
MAX_TYPED = 60
CODE, PASSKEY = "factor_code", "factor_passkey"
"""The fields of an answer: named so that no form that is asked about in between has them, too."""
PARTY_NAME = "BMET clearance"


@dataclass(frozen=True, kw_only=True)
class FactorForm:
    """What the form shows. `passkey` is what the browser is asked; `demo_code` stands in a demo only."""

    has_app: bool
    passkey: dict[str, Any] | None
    demo_code: str | None
    demo: bool
    failed: bool


def party() -> RelyingParty:
    """These pages as browsers know them."""
    host = request.host.partition(":")[0]
    return RelyingParty(id=host, origin=request.host_url.rstrip("/"), name=PARTY_NAME)


def is_nameable(host: str) -> bool:
    """Whether passkeys work at a host: they are bound to a name, never to an address (WebAuthn, 5.1.3)."""
    return not host.replace(".", "").isdigit() and not host.startswith("[")


def form_of(service: Service, visit: Visit, *, failed: bool = False) -> FactorForm:
    """The form for a visit, with a new question for its passkeys."""
    asked = passkeys.ask(service, visit, party()) if is_nameable(party().id) else None
    return FactorForm(
        has_app=visit.held.authenticator is not None,
        passkey=asked,
        demo_code=demo_code(service, visit),
        demo=service.demo,
        failed=failed,
    )


def was_sent() -> bool:
    """Whether this request carries an answer."""
    return CODE in request.form or PASSKEY in request.form


def judge(service: Service, limiter: Limiter, visit: Visit) -> Entered | None:
    """The answer of this request, judged; None for a wrong one. Raises 429 after too many."""
    if answer := request.form.get(PASSKEY):
        return passkeys.show_passkey(service, visit, party(), answer=answer)
    with limiter.limit(CODE_TRIES, key_func=lambda: _counted_for(service, visit)):
        return show_code(service, visit, request.form.get(CODE, "")[:MAX_TYPED])


def _counted_for(service: Service, visit: Visit) -> str:
    number = visit.officer.number
    with service.database.read() as work:
        known = is_known() and work.sessions.was_here(number, device())
    return f"code {device()} {number}" if known else f"code {number}"
