"""What officers are told about workers' requests, in the reader's language."""

from collections.abc import Mapping

from clearance.domain.correction import About, RequestState
from clearance.web.language import current
from clearance_templates.i18n import N_

ABOUT: Mapping[About, str] = {
    About.NEW_PASSPORT: N_("New passport"),
    About.PASSPORT_NO: N_("Passport number is wrong"),
    About.NAME: N_("Name is wrong"),
    About.BIRTH_DATE: N_("Date of birth is wrong"),
    About.PHOTO: N_("Photo of somebody else"),
    About.JOB: N_("Employer, job or country is wrong"),
    About.VISA: N_("Visa is wrong"),
    About.AGENCY: N_("Another agency"),
    About.STOPPED_AT_DESK: N_("Stopped at the airport"),
    About.OTHER: N_("Other"),
}
STATES: Mapping[RequestState, str] = {
    RequestState.OPEN: N_("Open"),
    RequestState.TAKEN_UP: N_("Being corrected"),
    RequestState.ANSWERED: N_("Answered"),
}


def about_text(about: About) -> str:
    return current().gettext(ABOUT[about])


def request_state_text(state: RequestState) -> str:
    return current().gettext(STATES[state])
