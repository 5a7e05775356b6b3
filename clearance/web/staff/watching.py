"""What the pages of oversight share: who may open them, and what everyone's looks at persons are noted by.

Which pages show a person is said here, once: before any of them answers, the look is noted (docs/adr/0087).
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from clearance.domain.oversight import LookupKind
from clearance.domain.staff import OVERSIGHT, Role
from clearance.domain.text import searchable
from clearance.issuing.lookups import LookupsUsedUp, note
from clearance.issuing.service import Service
from clearance.web.staff.access import device, officer

Arguments = ParamSpec("Arguments")

OF_A_PERSON: Mapping[str, tuple[LookupKind, str]] = {
    "staff.case": (LookupKind.CASE, "reference"),
    "staff.amendment": (LookupKind.CASE, "reference"),
    "staff.photo": (LookupKind.PHOTO, "reference"),
    "staff.card": (LookupKind.CARD, "clearance_no"),
    "staff.correction": (LookupKind.CARD, "clearance_no"),
    "staff.renewal": (LookupKind.CARD, "clearance_no"),
    "staff.revocation": (LookupKind.CARD, "clearance_no"),
    "staff.one_request": (LookupKind.REQUEST, "reference"),
    "staff.card_pdf": (LookupKind.CARD_FILE, "clearance_no"),
    "staff.card_to_take_along": (LookupKind.CARD_FILE, "clearance_no"),
    "staff.personal_data": (LookupKind.PERSON, "reference"),
}
"""Pages about one person: what they show, and the part of the address that says whose."""
OF_A_SEARCH: Mapping[str, LookupKind] = {
    "staff.queue": LookupKind.CASE_SEARCH,
    "staff.card_list": LookupKind.CARD_SEARCH,
}
"""Lists: noted where something is searched for."""
USED_UP = 429


def install(routes: Blueprint, service: Service) -> None:
    """Note every look, after the officer is known and before the page answers."""

    @routes.before_request
    def note_look() -> ResponseReturnValue | None:
        look = _look() if g.officer is not None else None
        if look is None:
            return None
        kind, subject = look
        try:
            note(service, officer=officer(), kind=kind, subject=subject, device=device())
        except LookupsUsedUp as used_up:
            return render_template("staff/looked_enough.html", quota=used_up.quota), USED_UP
        return None


def overseen(view: Callable[Arguments, ResponseReturnValue]) -> Callable[Arguments, ResponseReturnValue]:
    """Open a page to administrators and auditors only."""
    return open_to(*OVERSIGHT)(view)


def open_to(
    *roles: Role,
) -> Callable[[Callable[Arguments, ResponseReturnValue]], Callable[Arguments, ResponseReturnValue]]:
    """Open a page to officers with any of these roles only."""

    def decorator(view: Callable[Arguments, ResponseReturnValue]) -> Callable[Arguments, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
            if not officer().roles & set(roles):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorator


def _look() -> tuple[LookupKind, str] | None:
    if request.method != "GET" or request.endpoint is None:
        return None
    if request.endpoint in OF_A_PERSON:
        kind, argument = OF_A_PERSON[request.endpoint]
        return kind, str((request.view_args or {})[argument])[:64]
    sought = searchable(request.args.get("text", ""))
    if request.endpoint in OF_A_SEARCH and sought:
        return OF_A_SEARCH[request.endpoint], _keyed(sought)
    return None


def _keyed(sought: str) -> str:
    """What stands for a search: the same text gives the same digest here, and nobody without our key reads it back."""
    key = hashlib.sha256(b"lookups " + bytes(current_app.secret_key)).digest()  # type: ignore[arg-type]
    return "search:" + hmac.new(key, sought.encode(), hashlib.sha256).hexdigest()[:32]
