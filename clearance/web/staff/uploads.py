"""Forms with files: larger than others for officers who are signed in, and no file is used before it was looked
through."""

from collections.abc import Collection

from flask import Blueprint, request, session
from flask.blueprints import BlueprintSetupState

from clearance.issuing.ports import Scanned
from clearance.issuing.scanning import look_through
from clearance.issuing.service import Service
from clearance.web.staff.access import device, officer


def allow(routes: Blueprint, endpoints: Collection[str], *, max_bytes: int) -> None:
    """Let these endpoints read larger forms. Said before anybody reads one: the check of its token is the first to."""

    def let_through() -> None:
        if request.endpoint in endpoints and "token" in session:
            request.max_content_length = max_bytes

    def install(state: BlueprintSetupState) -> None:
        state.app.before_request_funcs.setdefault(None, []).insert(0, let_through)

    routes.record(install)


def scanned(service: Service, content: bytes, *, name: str | None, field: str) -> Scanned:
    """A file of this request. Raises UploadRefused."""
    return look_through(service, content, name=name or "", field=field, officer=officer(), device=device())
