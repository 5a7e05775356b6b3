"""Leaving a computer that others use: answers end by themselves, and the browser is asked to forget us."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

FORGET = '"cache", "cookies", "storage"'
"""What a browser is asked to forget of us (Clear-Site-Data)."""
OURS = frozenset({"same-origin", "none", ""})
"""Where a request to forget may come from, as browsers tell it (Sec-Fetch-Site); old ones tell nothing."""


def install(routes: Blueprint) -> None:
    """Add the routes."""

    @routes.get("/ended")
    def ended() -> str:
        """Where an answer leads when its time is up."""
        return render_template("public/ended.html")

    @routes.post("/clear")
    def clear() -> Response:
        """Ask the browser to forget us, and say what it cannot forget."""
        response = Response(render_template("public/cleared.html"))
        # A page of others must not sign officers out by sending their browsers here.
        if request.headers.get("Sec-Fetch-Site", "") in OURS:
            response.headers["Clear-Site-Data"] = FORGET
        return response

    @routes.get("/clear")
    def cleared_before() -> ResponseReturnValue:
        return redirect(url_for("public.ended"))
