"""A form that was sent too late: carried through the sign-in and handed back, so that nothing typed is lost.

The browser carries it, signed by us and bound to the officer whose session ended. It is never sent by itself: the
officer sees what it is about and sends it, under the rules of that moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

FIELD = "kept"
OURS = frozenset({"csrf_token", "factor_code", "factor_passkey", FIELD})
"""Fields that belong to one page only."""
SECRET = frozenset({"password", "repeated", "current"})
"""Fields that no blob carries, signed as it may be."""
MAX_KEPT = 48 << 10
"""Characters; more than that does not fit into a form beside the rest."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A form of an officer: where it goes and what is in it, in order."""

    officer_no: str
    path: str
    fields: Sequence[tuple[str, str]]


def fields_of_request() -> list[tuple[str, str]]:
    """What a form said, but for OURS."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]


def keep(officer_no: str) -> str | None:
    """The form of this request, to be carried in FIELD; None where there is none or it is too large."""
    if request.method != "POST" or request.files:
        return None
    fields = [(name, value) for name, value in fields_of_request() if name not in SECRET]
    text = str(_signer().dumps([officer_no, request.full_path.rstrip("?"), fields]))
    return text if len(text) <= MAX_KEPT else None


def carried(form: Mapping[str, str]) -> str | None:
    """What a form carries on, if it is ours."""
    text = form.get(FIELD, "")
    return text if _read(text) is not None else None


def kept_for(officer_no: str, form: Mapping[str, str]) -> Kept | None:
    """The form that the officer sent too late; None where there is none or it was somebody else's."""
    kept = _read(form.get(FIELD, ""))
    return kept if kept is not None and kept.officer_no == officer_no else None


def _read(text: str) -> Kept | None:
    try:
        officer_no, path, fields = _signer().loads(text)
    except (BadData, ValueError):
        return None
    return Kept(officer_no=officer_no, path=path, fields=[(name, value) for name, value in fields])


def _signer() -> URLSafeSerializer:
    key = current_app.secret_key
    assert key is not None
    return URLSafeSerializer(key, salt="clearance.kept")
