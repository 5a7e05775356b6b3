"""Keys and desks: what signs, what is published, and which desk holds it. For administrators and auditors."""

from flask import Blueprint, abort, render_template

from clearance.domain.staff import OVERSIGHT
from clearance.issuing.keys_and_desks import keys_and_desks
from clearance.issuing.reissue_list import refused_reissues
from clearance.issuing.service import Service
from clearance.web.published import PublishedFiles
from clearance.web.staff.access import officer


def install(routes: Blueprint, service: Service, published: PublishedFiles) -> None:
    """Add the page's route."""

    @routes.get("/keys/")
    def keys() -> str:
        if not officer().roles & OVERSIGHT:
            abort(403)
        return render_template(
            "staff/keys.html",
            view=keys_and_desks(service, published.held()),
            refused=refused_reissues(service),
        )
