"""Forms with files may be larger than others, for officers who are signed in."""

from collections.abc import Collection

from flask import Blueprint, request, session
from flask.blueprints import BlueprintSetupState


def allow(routes: Blueprint, endpoints: Collection[str], *, max_bytes: int) -> None:
    """Let these endpoints read larger forms. Said before anybody reads one: the check of its token is the first to."""

    def let_through() -> None:
        if request.endpoint in endpoints and "token" in session:
            request.max_content_length = max_bytes

    def install(state: BlueprintSetupState) -> None:
        state.app.before_request_funcs.setdefault(None, []).insert(0, let_through)

    routes.record(install)
