"""What the worker of a case was sent, on the page of the case, and the wish to be sent nothing more."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clearance.issuing.messages import MessagesOfCase, messages_of, resume_messages, stop_messages
from clearance.issuing.service import Service
from clearance.web import wording_interface
from clearance.web.language import current
from clearance.web.staff.access import device, officer


def install(routes: Blueprint, service: Service) -> None:
    """Add the part of the page and the route of its button."""

    def messages_of_case(reference: str) -> MessagesOfCase:
        return messages_of(service, reference, officer=officer())

    @routes.post("/cases/<reference>/messages")
    def set_messages(reference: str) -> ResponseReturnValue:
        change = stop_messages if request.form.get("wanted") == "no" else resume_messages
        change(service, reference, officer=officer(), device=device())
        return redirect(url_for("staff.case", reference=reference, _anchor="messages"), code=303)

    words: dict[str, Callable[..., Any]] = {
        "channel_text": partial(_said, wording_interface.channel_text),
        "delivery_text": partial(_said, wording_interface.delivery_text),
        "error_text": partial(_said, wording_interface.error_text),
        "event_text": partial(_said, wording_interface.event_text),
    }
    routes.context_processor(lambda: {"messages_of_case": messages_of_case, **words})


def _said(word: Callable[..., str], code: Any) -> str:
    return word(code, current())
