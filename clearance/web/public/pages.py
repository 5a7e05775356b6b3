"""From what a request asks to the page that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import structlog
from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import InternalServerError

from clearance.domain.clearance import Clearance
from clearance.issuing.lookup import Answer, CardCancelled, CardFound, NotFound, NotYetIssued, SecondFactor, lookup
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service
from clearance.issuing.wallet import Form
from clearance.web.card_file import card_file, form_named
from clearance.web.language import current, language
from clearance.web.public.compressed import Prepared
from clearance.web.public.mask import masked_name, masked_passport_no
from clearance.web.public.question import Misread, Question, read
from clearance.web.public.ticket import GOOD_FOR_S, Tickets
from clearance.web.public.words import REVOCATION_WORDS, STEP_OF, STEPS, application_stopped, lacks, stop_words
from clearance_templates.i18n import Language

UNPROCESSABLE, GONE = 422, 410
CLOSES_AFTER_S = 180
"""How long an answer stays on the screen of a shared computer, unless its reader asks for as long again."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages over an open service. `tickets` carry a question from one page to the next."""

    service: Service
    second_factor: SecondFactor
    tickets: Tickets
    prepared: dict[tuple[Language, str], Prepared] = field(default_factory=dict)

    def asked(self) -> Question | Misread:
        """What this request asks: what was typed, or the sealed question of the page before."""
        if "question" in g:
            admitted: Question = g.question
            return admitted
        sealed = self.tickets.open(request.form.get("ticket", ""))
        return sealed or read(request.form, second_factor=self.second_factor, today=self.service.today())

    def first(self) -> Response:
        """The empty form. It is the same for everybody who reads a language, and made once for each."""
        place = language(), request.script_root
        if place not in self.prepared:
            self.prepared[place] = Prepared.of(self.form())
        return self.prepared[place].response()

    def form(self, *, missed: bool = False) -> str:
        """The form with whatever was typed; `missed` says that nothing was found for it."""
        return render_template("public/form.html", problems={}, missed=missed)

    def card(self) -> ResponseReturnValue:
        """The answer to the question of this request, or the form with what is wrong in it."""
        question = self.asked()
        if isinstance(question, Misread):
            problems = {problem.field: problem.said(current()) for problem in question.problems}
            return render_template("public/form.html", problems=problems, missed=False), UNPROCESSABLE
        return self._answered(question, self._look_up(question))

    def download(self) -> ResponseReturnValue:
        """The way to the file, or the answer that there is none (any more).

        A file has an address of its own, good for minutes: programs that download and resume ask with GET.
        """
        ticket = request.form.get("ticket", "")
        question = self.tickets.open(ticket)
        if question is None:
            return _too_old(), 400
        answer = self._look_up(question)
        if not self._in_force(answer):
            return self._answered(question, answer)
        form = form_named(request.form.get("as")) or Form.PDF
        address = url_for("public.file", form=form.value, ticket=self.tickets.seal(question), lang=language())
        return redirect(address, code=303)

    def file(self, form: Form, ticket: str) -> ResponseReturnValue:
        """The card in one form, whole or the part that was asked for (RFC 9110 section 14).

        Looked up once more each time: it may have been taken back since the page was shown.
        """
        question = self.tickets.open(ticket)
        if question is None:
            return _too_old(), GONE
        answer = self._look_up(question)
        if not self._in_force(answer):
            return self._answered(question, answer), GONE
        assert isinstance(answer, CardFound)
        response = self._file(answer.clearance, form)
        response.add_etag()
        response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)
        return response

    def _look_up(self, question: Question) -> Answer:
        """The answer, noted on the request for whoever counts tries."""
        answer = lookup(
            self.service,
            passport_no=question.passport_no,
            birth_date=question.birth_date,
            second_factor=self.second_factor,
        )
        g.answer = answer
        return answer

    def _in_force(self, answer: Answer) -> bool:
        return isinstance(answer, CardFound) and self.service.today() <= answer.clearance.valid_until

    def _answered(self, question: Question, answer: Answer) -> Response:
        """The page of an answer, which closes itself where it is about a person."""
        if isinstance(answer, NotFound):
            return make_response(self.form(missed=True))
        return closing(**_page_of(answer, in_force=self._in_force(answer)), ticket=self.tickets.seal(question))

    def _file(self, clearance: Clearance, form: Form) -> Response:
        try:
            return card_file(self.service, clearance, form)
        except NotOnRecord:
            log.error("sealed card is missing", clearance_no=clearance.clearance_no)
            raise InternalServerError from None


def closing(template_name_or_list: str, **shown: Any) -> Response:
    """A page about a person, which closes itself.

    A header tells the browser to, and no element of the page: tools that judge pages would find that its reader is
    thrown out, and cannot know of the button that gives more time.
    """
    response = make_response(render_template(template_name_or_list, closes_after_s=CLOSES_AFTER_S, **shown))
    response.headers["Refresh"] = f"{CLOSES_AFTER_S}; url={url_for('public.ended', lang=language())}"
    return response


def _too_old() -> str:
    return render_template("public/too_old.html", minutes=GOOD_FOR_S // 60)


def _page_of(answer: NotYetIssued | CardFound | CardCancelled, *, in_force: bool) -> dict[str, Any]:
    """The template of an answer and what it shows."""
    match answer:
        case NotYetIssued(state=state) if state in STEP_OF:
            return {
                "template_name_or_list": "public/not_yet.html",
                "step": STEP_OF[state],
                "steps": STEPS,
                "since": answer.since,
                "lacking": lacks(answer.lacking),
                "state": state.value,
                "licence_no": answer.licence_no,
                "because": answer.returned_because,
            }
        case NotYetIssued(state=state):
            stop = application_stopped(state)
            return {"template_name_or_list": "public/stopped.html", "stop": stop, "ended": answer.since}
        case CardFound() if in_force:
            shown = {
                "departed_on": answer.departed_on,
                "renewed": answer.renewed,
                "another_under_way": answer.another_under_way,
            }
            return {"template_name_or_list": "public/ready.html", **shown, **_card(answer)}
        case CardFound():
            return _stopped_card(answer, ended=answer.clearance.valid_until)
        case CardCancelled(since=since):
            return _stopped_card(answer, ended=since)


def _stopped_card(answer: CardFound | CardCancelled, *, ended: date) -> dict[str, Any]:
    revocation = answer.clearance.revocation
    return {
        "template_name_or_list": "public/stopped.html",
        "stop": stop_words(answer.clearance),
        "ended": ended,
        "reason": REVOCATION_WORDS[revocation.reason] if revocation else "",
        **_card(answer),
    }


def _card(answer: CardFound | CardCancelled) -> Mapping[str, Any]:
    names = (("bn", answer.name_bn), ("en", answer.name_en))
    return {
        "clearance": answer.clearance,
        "destination": answer.destination,
        "names": [(tongue, masked_name(name)) for tongue, name in names if name],
        "passport": masked_passport_no(answer.clearance.passport_no),
    }
