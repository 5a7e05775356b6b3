"""What a worker tells the office, read from the form: or what is wrong with it."""

import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clearance.credential.identifiers import fold_digits, normalise_passport_no
from clearance.domain.correction import MAX_TEXT, About
from clearance.domain.text import plain
from clearance.issuing.fields import PASSPORT
from clearance.issuing.requests import Told
from clearance.web.public.question import Problem, Question
from clearance_templates.i18n import N_

_FORM_ID = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9]{8,15}", re.ASCII)
_SLIP = re.compile(r"[A-Z0-9-]{4,20}", re.ASCII)
_IN_A_PHONE = re.compile(r"[\s().\-/]+")

ABOUT_WORDS: Mapping[About, str] = {
    About.NEW_PASSPORT: N_("I have a new passport"),
    About.PASSPORT_NO: N_("The passport number is wrong"),
    About.NAME: N_("My name is wrong"),
    About.BIRTH_DATE: N_("My date of birth is wrong"),
    About.PHOTO: N_("It is not my photo"),
    About.JOB: N_("Employer, job or country is wrong"),
    About.VISA: N_("The visa is wrong"),
    About.AGENCY: N_("It is not my agency"),
    About.STOPPED_AT_DESK: N_("I was stopped at the airport"),
    About.OTHER: N_("Something else"),
}


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """At least one field was not understood."""

    problems: tuple[Problem, ...]


def new_form_id() -> str:
    """A name of its own for a form, so that one sent twice is one request."""
    return secrets.token_urlsafe(16)


def form_id_of(form: Mapping[str, str]) -> str:
    """The form's own name; a new one where it has none of ours."""
    given = form.get("form", "")
    return given if _FORM_ID.fullmatch(given) else new_form_id()


def read_told(form: Mapping[str, str], question: Question) -> Told | Unclear:
    """What the form tells about the person of a question."""
    about = next((each for each in About if each.value == form.get("about")), None)
    text = plain(form.get("text", ""))
    phone = _IN_A_PHONE.sub("", fold_digits(unicodedata.normalize("NFKC", form.get("phone", ""))))
    slip = normalise_slip_code(form.get("slip_code", ""))
    problems = tuple(_problems(about, text, phone, slip))
    if problems or about is None:
        return Unclear(problems=problems)
    return Told(
        form_id=form_id_of(form),
        passport_no=question.passport_no,
        birth_date=question.birth_date,
        about=about,
        text=normalise_passport_no(text) if about is About.NEW_PASSPORT else text,
        phone=phone,
        slip_code=slip or None,
    )


def normalise_slip_code(text: str) -> str:
    """A slip's case code or a request's reference as it is stored."""
    return "".join(fold_digits(unicodedata.normalize("NFKC", plain(text))).upper().split())


def _problems(about: About | None, text: str, phone: str, slip: str) -> Iterator[Problem]:
    if about is None:
        yield _problem("about", N_("Choose what is wrong."))
    yield from _about_text(about, text)
    if not _PHONE.fullmatch(phone):
        yield _problem("phone", N_("Enter a phone number with 8 to 15 digits, such as 01712345678."))
    if slip and not _SLIP.fullmatch(slip):
        yield _problem("slip_code", N_("The case code of a slip has letters, digits and hyphens only."))


def _about_text(about: About | None, text: str) -> Iterator[Problem]:
    if not text:
        yield _problem("text", N_("Write what it should be, or what happened."))
    elif len(text) > MAX_TEXT:
        message = N_("Write at most %(limit)s characters. You wrote %(count)s.")
        yield _problem("text", message, limit=MAX_TEXT, count=len(text))
    elif about is About.NEW_PASSPORT and not PASSPORT.fullmatch(normalise_passport_no(text)):
        yield _problem("text", N_("Write the number of the new passport here, and nothing else."))


def _problem(field: str, message: str, **values: str | int) -> Problem:
    return Problem(field=field, message=message, values=values)
