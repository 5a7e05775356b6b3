"""Pages of the second factor: showing it after the password, confirming later, setting one up."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from clearance.issuing import factors, passkeys
from clearance.issuing.factors import NewAuthenticator, NotFresh
from clearance.issuing.passkeys import MAX_NAME
from clearance.issuing.ports import Conflict
from clearance.issuing.service import Service
from clearance.issuing.sign_in import Entered, Step
from clearance.web.staff import access, factor_form, kept
from clearance.web.staff.access import FAILED, visit, wanted
from clearance.web.staff.qr import code_picture
from clearance_templates.i18n import N_

DONE = N_("The new second factor is set up.")


def install(routes: Blueprint, service: Service, limiter: Limiter) -> None:
    """Add the pages."""
    _add_showing(routes, service, limiter)
    _add_setting_up(routes, service)


def _add_showing(routes: Blueprint, service: Service, limiter: Limiter) -> None:
    @routes.get("/second-factor")
    def second_factor() -> ResponseReturnValue:
        if visit().step is not Step.SHOW_FACTOR:
            return redirect(wanted(), code=303)
        return _second_page(service, failed=False)

    @routes.post("/second-factor")
    def show_factor() -> ResponseReturnValue:
        entered = factor_form.judge(service, limiter, visit())
        if entered is None:
            return _second_page(service, failed=True), FAILED
        access.begin(entered)
        return access.carry_on(entered)

    @routes.get("/confirm")
    def confirm() -> ResponseReturnValue:
        form = factor_form.form_of(service, visit())
        return render_template("staff/confirm.html", form=form, action=url_for("staff.confirm_now"), fields=_way())

    @routes.post("/confirm")
    @access.fresh_factor
    def confirm_now() -> ResponseReturnValue:
        return redirect(wanted(), code=303)


def _add_setting_up(routes: Blueprint, service: Service) -> None:
    @routes.get("/second-factor/new")
    @access.fresh_factor
    def new_factor() -> ResponseReturnValue:
        return _new_page(service, factors.new_authenticator(service, visit().officer))

    @routes.post("/second-factor/new/app")
    def new_authenticator_app() -> ResponseReturnValue:
        sealed = request.form.get("sealed", "")
        try:
            entered = factors.add_authenticator(
                service, visit(), sealed=sealed, code=request.form.get(factor_form.CODE, "")[: factor_form.MAX_TYPED]
            )
        except NotFresh:
            return _confirm_first()
        if entered is None:
            offered = factors.same_authenticator(service, visit().officer, sealed)
            return _new_page(
                service, offered or factors.new_authenticator(service, visit().officer), failed="app"
            ), FAILED
        return _after_adding(service, entered)

    @routes.post("/second-factor/new/passkey")
    def new_passkey() -> ResponseReturnValue:
        answer, name = request.form.get(factor_form.PASSKEY, ""), request.form.get("name", "")
        try:
            entered = passkeys.add_passkey(service, visit(), factor_form.party(), answer=answer, name=name)
        except NotFresh:
            return _confirm_first()
        except Conflict:
            entered = None
        if entered is None:
            offered = factors.new_authenticator(service, visit().officer)
            return _new_page(service, offered, failed="passkey"), FAILED
        return _after_adding(service, entered)


def _second_page(service: Service, *, failed: bool) -> str:
    form = factor_form.form_of(service, visit(), failed=failed)
    return render_template("staff/second_factor.html", form=form, wanted=wanted(), kept=kept.carried(request.form))


def _new_page(service: Service, app: NewAuthenticator, *, failed: str = "") -> str:
    here = factor_form.party()
    named = factor_form.is_nameable(here.id)
    return render_template(
        "staff/new_factor.html",
        app=app,
        picture=code_picture(service, app.uri),
        passkey=passkeys.offer_to_add(service, visit(), here) if named else None,
        max_name=MAX_NAME,
        demo_code=factors.demo_first_code(service, visit().officer, app.sealed),
        wanted=wanted(),
        first=not visit().held.any,
        failed=failed,
    )


def _after_adding(service: Service, entered: Entered) -> ResponseReturnValue:
    """The first factor came with the sign-in: then the codes for paper are next."""
    if not entered.token:
        flash(DONE)
        return redirect(url_for("staff.own_account_page"), code=303)
    access.begin(entered)
    g.visit, g.officer = entered.visit, entered.visit.officer
    return codes_page(service, wanted())


def codes_page(service: Service, onward: str) -> str:
    """New recovery codes, shown this once."""
    codes = factors.new_recovery_codes(service, visit())
    return render_template("staff/recovery_codes.html", codes=codes, onward=onward)


def _confirm_first() -> ResponseReturnValue:
    return redirect(url_for("staff.confirm", next=url_for("staff.new_factor")), code=303)


def _way() -> list[tuple[str, str]]:
    return [("next", wanted())]
