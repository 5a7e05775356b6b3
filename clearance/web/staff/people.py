"""The people page of administrators: who has an account, with what, and what waits for a second administrator."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.staff import Role
from clearance.domain.staff_change import ChangeGround, ChangeKind
from clearance.domain.text import BilingualText
from clearance.issuing.fields import Fault
from clearance.issuing.invitations import Invited, invite_anew
from clearance.issuing.people import AccountRefused, ChangeRefused, NewOfficer, block_officer, end_sessions
from clearance.issuing.service import Service
from clearance.issuing.staff_changes import agree, propose_change, propose_officer, withdraw
from clearance.issuing.staff_room import staff_room
from clearance.web.staff import access
from clearance.web.staff.access import officer
from clearance_templates.i18n import N_

Arguments = ParamSpec("Arguments")

PROPOSED = N_("Put down. Another administrator must agree before it happens.")
DONE = N_("Done, and on record.")
REFUSED = 422


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""
    _add_looking(routes, service)
    _add_proposing(routes, service)
    _add_acting(routes, service)
    _add_settling(routes, service)


def _add_looking(routes: Blueprint, service: Service) -> None:
    @routes.get("/people")
    @for_administrators
    def people() -> ResponseReturnValue:
        return render_template("staff/people.html", view=staff_room(service), offices=_offices(service))

    @routes.get("/people/<number>")
    @for_administrators
    def person(number: str) -> ResponseReturnValue:
        return _person_page(service, number)


def _add_proposing(routes: Blueprint, service: Service) -> None:
    @routes.post("/people")
    @access.fresh_factor
    @for_administrators
    def propose_person() -> ResponseReturnValue:
        try:
            propose_officer(service, _wanted(), administrator=officer())
        except AccountRefused as refused:
            return _people_page(service, faults=refused.faults), REFUSED
        except ChangeRefused as refused:
            return _people_page(service, ground=refused.ground), REFUSED
        flash(PROPOSED)
        return redirect(url_for("staff.people"), code=303)

    @routes.post("/people/<number>/<kind>")
    @access.fresh_factor
    @for_administrators
    def propose_for_person(number: str, kind: str) -> ResponseReturnValue:
        if kind not in set(ChangeKind):
            abort(404)
        roles = _roles() if kind == ChangeKind.ROLES else None
        return _trying(
            service,
            number,
            lambda: propose_change(service, number, ChangeKind(kind), administrator=officer(), roles=roles),
        )


def _add_acting(routes: Blueprint, service: Service) -> None:
    @routes.post("/people/<number>/block")
    @access.fresh_factor
    @for_administrators
    def block_person(number: str) -> ResponseReturnValue:
        return _trying(service, number, lambda: block_officer(service, number=number, administrator=officer()), DONE)

    @routes.post("/people/<number>/sign-out")
    @for_administrators
    def sign_person_out(number: str) -> ResponseReturnValue:
        return _trying(service, number, lambda: end_sessions(service, number=number, administrator=officer()), DONE)

    @routes.post("/people/<number>/invite")
    @access.fresh_factor
    @for_administrators
    def invite_person(number: str) -> ResponseReturnValue:
        try:
            return _letter(invite_anew(service, number, administrator=officer()))
        except ChangeRefused as refused:
            return _person_page(service, number, ground=refused.ground), REFUSED


def _add_settling(routes: Blueprint, service: Service) -> None:
    @routes.post("/people/changes/<int:change_no>/agree")
    @access.fresh_factor
    @for_administrators
    def agree_to_change(change_no: int) -> ResponseReturnValue:
        try:
            done = agree(service, change_no, administrator=officer())
        except ChangeRefused as refused:
            return _people_page(service, ground=refused.ground), REFUSED
        if isinstance(done, Invited):
            return _letter(done)
        flash(DONE)
        return redirect(url_for("staff.people"), code=303)

    @routes.post("/people/changes/<int:change_no>/withdraw")
    @for_administrators
    def withdraw_change(change_no: int) -> ResponseReturnValue:
        try:
            withdraw(service, change_no, administrator=officer())
        except ChangeRefused as refused:
            return _people_page(service, ground=refused.ground), REFUSED
        flash(DONE)
        return redirect(url_for("staff.people"), code=303)


def for_administrators(
    view: Callable[Arguments, ResponseReturnValue],
) -> Callable[Arguments, ResponseReturnValue]:
    """Answer 403 to everybody else. What may be done is judged in the use cases once more."""

    @wraps(view)
    def guarded(*arguments: Arguments.args, **named: Arguments.kwargs) -> ResponseReturnValue:
        if Role.ADMINISTRATOR not in officer().roles:
            abort(403)
        return view(*arguments, **named)

    return guarded


def _trying(service: Service, number: str, act: Callable[[], object], done: str = PROPOSED) -> ResponseReturnValue:
    try:
        act()
    except ChangeRefused as refused:
        return _person_page(service, number, ground=refused.ground), REFUSED
    flash(done)
    return redirect(url_for("staff.person", number=number), code=303)


def _letter(invited: Invited) -> str:
    """The invitation to be printed; it cannot be shown again."""
    return render_template("staff/invitation.html", invited=invited, join=url_for("staff.join_page", _external=True))


def _people_page(service: Service, *, faults: tuple[Fault, ...] = (), ground: ChangeGround | None = None) -> str:
    return render_template(
        "staff/people.html", view=staff_room(service), offices=_offices(service), faults=faults, ground=ground
    )


def _person_page(service: Service, number: str, *, ground: ChangeGround | None = None) -> str:
    view = staff_room(service)
    changes = [change for change in view.waiting if change.officer_no == number]
    return render_template("staff/person.html", member=view.member(number), changes=changes, ground=ground)


def _offices(service: Service) -> list[tuple[str, BilingualText]]:
    with service.database.read() as work:
        return [(office.code, office.name) for office in work.staff.offices()]


def _wanted() -> NewOfficer:
    form = request.form
    return NewOfficer(
        number=form.get("number", "").strip().upper(),
        username=form.get("username", ""),
        name=BilingualText(en=form.get("name_en", "").strip(), bn=form.get("name_bn", "").strip() or None),
        roles=_roles(),
        office_code=form.get("office_code", ""),
        licence_no=form.get("licence_no", "").strip().upper() or None,
    )


def _roles() -> frozenset[Role]:
    return frozenset(Role(role) for role in request.form.getlist("roles") if role in set(Role))
