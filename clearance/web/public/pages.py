"""From what a request asks to the page that answers it."""

from dataclasses import dataclass

import structlog
from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import InternalServerError

from clearance.issuing.lookup import Answer, CardCancelled, CardFound, NotFound, NotYetIssued, SecondFactor, lookup
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service, dhaka_day
from clearance.issuing.wallet import Form
from clearance.web.card_file import card_file, form_named
from clearance.web.language import current
from clearance.web.public.mask import masked_name, masked_passport_no
from clearance.web.public.question import Misread, Question, read
from clearance.web.public.ticket import GOOD_FOR_S, Tickets
from clearance.web.public.words import REVOCATION_WORDS, STEP_OF, STEPS, stop_words

UNPROCESSABLE = 422

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages over an open service. `tickets` carry a question from one page to the next."""

    service: Service
    second_factor: SecondFactor
    tickets: Tickets

    def asked(self) -> Question | Misread:
        """What this request asks: what was typed, or the sealed question of the page before."""
        sealed = self.tickets.open(request.form.get("ticket", ""))
        return sealed or read(request.form, second_factor=self.second_factor, today=self.service.today())

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
        """The card in the form asked for. Looked up once more: it may have been taken back since the page was shown."""
        question = self.tickets.open(request.form.get("ticket", ""))
        if question is None:
            return render_template("public/too_old.html", minutes=GOOD_FOR_S // 60), 400
        answer = self._look_up(question)
        if isinstance(answer, CardFound) and self._in_force(answer):
            return self._file(answer.clearance.clearance_no, form_named(request.form.get("as")) or Form.PDF)
        return self._answered(question, answer)

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

    def _in_force(self, answer: CardFound) -> bool:
        return self.service.today() <= answer.clearance.valid_until

    def _answered(self, question: Question, answer: Answer) -> str:
        ticket = self.tickets.seal(question)
        match answer:
            case NotFound():
                return self.form(missed=True)
            case NotYetIssued(state=state):
                step = STEP_OF.get(state)
                return render_template("public/not_yet.html", ticket=ticket, step=step, steps=STEPS)
            case CardFound() if self._in_force(answer):
                return _card_page("public/ready.html", answer, ticket=ticket)
            case CardFound() | CardCancelled():
                return _card_page("public/stopped.html", answer, ticket=ticket)

    def _file(self, clearance_no: str, form: Form) -> Response:
        try:
            return card_file(self.service, clearance_no, form)
        except NotOnRecord:
            log.error("sealed card is missing", clearance_no=clearance_no)
            raise InternalServerError from None


def _card_page(template: str, answer: CardFound | CardCancelled, *, ticket: str) -> str:
    clearance = answer.clearance
    names = (("bn", answer.name_bn), ("en", answer.name_en))
    return render_template(
        template,
        ticket=ticket,
        clearance=clearance,
        destination=answer.destination,
        names=[(tongue, masked_name(name)) for tongue, name in names if name],
        passport=masked_passport_no(clearance.passport_no),
        stop=stop_words(clearance),
        ended=dhaka_day(clearance.revocation.at) if clearance.revocation else clearance.valid_until,
        reason=REVOCATION_WORDS[clearance.revocation.reason] if clearance.revocation else "",
    )
