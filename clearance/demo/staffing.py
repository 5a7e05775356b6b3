"""Who works in the demo: one account for each role, and a district office that must lean on headquarters."""

from dataclasses import dataclass

from clearance.demo import names
from clearance.domain.staff import HEADQUARTERS, Role
from clearance.domain.text import BilingualText

DISTRICT = names.OFFICES[1][0]
AGENCY = names.AGENCIES[0][0]


@dataclass(frozen=True, kw_only=True)
class Post:
    """One account of the demo."""

    number: str
    username: str
    name: BilingualText
    role: Role
    office_code: str = HEADQUARTERS
    licence_no: str | None = None


def _post(
    number: str, username: str, en: str, bn: str, role: Role, *, office: str = HEADQUARTERS, licence: str | None = None
) -> Post:
    name = BilingualText(en=en, bn=bn)
    return Post(number=number, username=username, name=name, role=role, office_code=office, licence_no=licence)


POSTS = (
    _post("BMET-1001", "rahima", "Rahima Khatun", "রহিমা খাতুন", Role.DEMO_OFFICER),
    _post("BMET-1501", "sohel", "Sohel Rana", "সোহেল রানা", Role.CHECKER),
    _post("BMET-2001", "karim", "Karim Uddin", "করিম উদ্দিন", Role.APPROVER),
    _post("BMET-2002", "shirin", "Shirin Sultana", "শিরিন সুলতানা", Role.APPROVER),
    _post("BMET-3001", "nasrin", "Nasrin Akter", "নাসরিন আক্তার", Role.ISSUER),
    _post("BMET-4001", "tahmina", "Tahmina Begum", "তাহমিনা বেগম", Role.ADMINISTRATOR),
    _post("BMET-4002", "anwar", "Anwar Hossain", "আনোয়ার হোসেন", Role.ADMINISTRATOR),
    _post("BMET-5001", "faruk", "Faruk Hossain", "ফারুক হোসেন", Role.AUDITOR),
    _post("RNG-1001", "jamal", "Jamal Mia", "জামাল মিয়া", Role.DEMO_OFFICER, office=DISTRICT),
    _post("RNG-1501", "mitu", "Mitu Rani", "মিতু রানী", Role.CHECKER, office=DISTRICT),
    _post("RNG-2001", "habib", "Habibur Rahman", "হাবিবুর রহমান", Role.APPROVER, office=DISTRICT),
    _post("AG-9001-1", "ripon", "Ripon Chowdhury", "রিপন চৌধুরী", Role.AGENCY_CLERK, licence=AGENCY),
)
"""The district office has no issuer of its own: its approved cases wait in the pool of headquarters."""
