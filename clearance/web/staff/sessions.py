"""The officer's own account: where it is signed in, password, second factors."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.issuing.factors import remove_factor
from clearance.issuing.fields import Fault
from clearance.issuing.own_account import end_others, own_account
from clearance.issuing.passwords import WrongPassword, change_password
from clearance.issuing.service import Service
from clearance.web.staff import access
from clearance.web.staff.access import FAILED, visit
from clearance.web.staff.second_factor import codes_page
from clearance_templates.i18n import N_

OTHERS_ENDED = N_("You are signed out everywhere but here.")
REMOVED = N_("The second factor is removed.")
LAST_ONE = N_("This is your only second factor. Set up another one first, then remove this one.")
CHANGED = N_("The password is changed. You are signed out everywhere but here.")
APP = "app"


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""

    @routes.get("/account")
    def own_account_page() -> str:
        return _page(service)

    @routes.post("/account/sign-out-elsewhere")
    def sign_out_elsewhere() -> ResponseReturnValue:
        end_others(service, visit())
        flash(OTHERS_ENDED)
        return redirect(url_for("staff.own_account_page"), code=303)

    @routes.post("/account/password")
    @access.fresh_factor
    def change_own_password() -> ResponseReturnValue:
        form = request.form
        try:
            faults = change_password(
                service,
                visit().session,
                current=form.get("current", ""),
                password=form.get("password", ""),
                repeated=form.get("repeated", ""),
            )
        except WrongPassword:
            return _page(service, wrong=True), FAILED
        if faults:
            return _page(service, faults=faults), FAILED
        flash(CHANGED)
        return redirect(url_for("staff.own_account_page"), code=303)

    @routes.post("/account/factors/<factor>/remove")
    @access.fresh_factor
    def remove_own_factor(factor: str) -> ResponseReturnValue:
        removed = remove_factor(service, visit(), None if factor == APP else _credential(factor))
        flash(REMOVED if removed else LAST_ONE, "message" if removed else "warning")
        return redirect(url_for("staff.own_account_page"), code=303)

    @routes.post("/account/recovery-codes")
    @access.fresh_factor
    def make_recovery_codes() -> str:
        return codes_page(service, url_for("staff.own_account_page"))

    routes.add_app_template_filter(_factor_id, "factor_id")


def _page(service: Service, *, faults: tuple[Fault, ...] = (), wrong: bool = False) -> str:
    view = own_account(service, visit())
    return render_template("staff/own_account.html", view=view, faults=faults, wrong=wrong)


def _factor_id(credential_id: bytes) -> str:
    return urlsafe_b64encode(credential_id).decode("ascii")


def _credential(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text)
    except ValueError:
        return b""
