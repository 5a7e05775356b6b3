"""The words printed on every card, in both languages, and the facts of one card as printed texts.

It decides wording, numerals and date forms; where a text stands is the business of `pages`. The words live here and not
in the translation catalogue because a card says everything in both languages at once, and because they are part of what
is sealed: the same clearance must give the same bytes whatever the catalogue says that day.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from babel import Locale
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import format_decimal

from clearance.domain.person import Sex
from clearance.domain.printed_card import OptionalFact, PrintedCard
from clearance.domain.text import BilingualText

HELPLINE = "16135"
HELPLINE_ABROAD = "+880 9610 102030"

_SPELT_TODAY = {1: "জানুয়ারি", 2: "ফেব্রুয়ারি"}
"""CLDR keeps an older spelling of these months; the pages spell them as here (`clearance_templates.i18n`)."""

_BENGALI_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
_BENGALI, _ENGLISH = Locale("bn"), Locale("en")


class Item(StrEnum):
    """One fact on the card."""

    NAME = "name"
    PASSPORT_NO = "passport_no"
    DESTINATION = "destination"
    VALID_UNTIL = "valid_until"
    CLEARANCE_NO = "clearance_no"
    REGISTRATION_NO = "registration_no"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    PASSPORT_EXPIRY = "passport_expiry"
    PREVIOUS_PASSPORT_NO = "previous_passport_no"
    VISA_NO = "visa_no"
    VISA_TYPE = "visa_type"
    EMPLOYER = "employer"
    OCCUPATION = "occupation"
    SALARY = "salary"
    AGENCY = "agency"
    LICENCE_NO = "licence_no"
    AGENCY_PHONE = "agency_phone"
    PERMIT_NO = "permit_no"
    ORIENTATION_CERTIFICATE = "orientation_certificate"
    OFFICE = "office"
    OFFICERS = "officers"
    FEES = "fees"
    MISSION_PHONE = "mission_phone"
    ISSUED_ON = "issued_on"
    HELPLINE = "helpline"
    FREE = "free"
    DEMO = "demo"


LABELS: Mapping[Item, BilingualText] = {
    Item.NAME: BilingualText(bn="নাম", en="Name"),
    Item.PASSPORT_NO: BilingualText(bn="পাসপোর্ট নম্বর", en="Passport no."),
    Item.DESTINATION: BilingualText(bn="গন্তব্য দেশ", en="Destination"),
    Item.VALID_UNTIL: BilingualText(bn="মেয়াদ শেষ", en="Valid until"),
    Item.CLEARANCE_NO: BilingualText(bn="ছাড়পত্র নম্বর", en="Clearance no."),
    Item.REGISTRATION_NO: BilingualText(bn="নিবন্ধন নম্বর", en="Registration no."),
    Item.BIRTH_DATE: BilingualText(bn="জন্ম তারিখ", en="Date of birth"),
    Item.SEX: BilingualText(bn="লিঙ্গ", en="Sex"),
    Item.PASSPORT_EXPIRY: BilingualText(bn="পাসপোর্টের মেয়াদ শেষ", en="Passport expires"),
    Item.PREVIOUS_PASSPORT_NO: BilingualText(bn="আগের পাসপোর্ট", en="Previous passport"),
    Item.VISA_NO: BilingualText(bn="ভিসা নম্বর", en="Visa no."),
    Item.VISA_TYPE: BilingualText(bn="ভিসার ধরন", en="Visa type"),
    Item.EMPLOYER: BilingualText(bn="নিয়োগকর্তা", en="Employer"),
    Item.OCCUPATION: BilingualText(bn="পেশা", en="Occupation"),
    Item.SALARY: BilingualText(bn="বেতন", en="Salary"),
    Item.AGENCY: BilingualText(bn="রিক্রুটিং এজেন্সি", en="Recruiting agency"),
    Item.LICENCE_NO: BilingualText(bn="লাইসেন্স নম্বর", en="Licence no."),
    Item.AGENCY_PHONE: BilingualText(bn="এজেন্সির ফোন", en="Agency phone"),
    Item.PERMIT_NO: BilingualText(bn="নিয়োগানুমতি নম্বর", en="Permit no."),
    Item.ORIENTATION_CERTIFICATE: BilingualText(bn="ব্রিফিং সনদ", en="Briefing certificate"),
    Item.OFFICE: BilingualText(bn="ইস্যুকারী অফিস", en="Issuing office"),
    Item.OFFICERS: BilingualText(bn="অনুমোদন / ইস্যু", en="Approved / issued by"),
    Item.FEES: BilingualText(bn="সরকারি ফি", en="Official fees"),
    Item.MISSION_PHONE: BilingualText(bn="বাংলাদেশ দূতাবাস", en="Bangladesh mission"),
    Item.ISSUED_ON: BilingualText(bn="ইস্যুর তারিখ", en="Issued on"),
}
"""Of every fact but the whole sentences `HELPLINE`, `FREE` and `DEMO`."""

GOVERNMENT = BilingualText(bn="গণপ্রজাতন্ত্রী বাংলাদেশ সরকার", en="Government of the People's Republic of Bangladesh")
BUREAU = BilingualText(
    bn="জনশক্তি, কর্মসংস্থান ও প্রশিক্ষণ ব্যুরো (বিএমইটি)", en="Bureau of Manpower, Employment and Training (BMET)"
)
TITLE = BilingualText(bn="বহির্গমন ছাড়পত্র কার্ড", en="Emigration Clearance Card")
DEMO_BAND = BilingualText(bn="ডেমো – ভ্রমণের জন্য নয়", en="DEMO - NOT FOR TRAVEL")
DEMO_WATERMARK = "DEMO"
PHOTO_SHOWN = BilingualText(bn="কর্মীর ছবি", en="Photo of the worker")
CODE_SHOWN = BilingualText(bn="ছাড়পত্রের কিউআর কোড, ডেস্কে স্ক্যান হবে", en="QR code of the clearance, for the desk to scan")
"""What is said of the pictures to somebody who cannot see them."""
FOLD = BilingualText(bn="এখানে ভাঁজ করুন", en="Fold here")

FREE = BilingualText(bn="এই কার্ড বিনামূল্যে। এর জন্য কাউকে টাকা দেবেন না।", en="This card is free. Pay no one for it.")
HELP = BilingualText(
    bn="সাহায্য: ১৬১৩৫, বিদেশ থেকে +৮৮০ ৯৬১০ ১০২০৩০", en=f"Help: {HELPLINE}, from abroad {HELPLINE_ABROAD}"
)
VERIFY = BilingualText(
    bn="যাচাই: শুধু ডেস্কের স্ক্যানই প্রমাণ করে কার্ডটি আসল।", en="To verify: only a desk's scan proves it genuine."
)
HOW_TITLE = BilingualText(bn="এই কার্ডের ব্যবহার", en="How to use this card")
HOW_STEPS: tuple[BilingualText, ...] = (
    BilingualText(
        bn="বিমানবন্দরের ডেস্কে কিউআর কোড স্ক্যান করা হবে। কাগজে বা ফোনে দেখালেই চলবে। পাসপোর্ট সাথে রাখুন।",
        en="The airport desk scans the QR code. On paper or on a phone, both will do. Bring your passport.",
    ),
    BilingualText(
        bn="শুধু এই স্ক্যানই প্রমাণ করে যে কার্ডটি আসল। ছাপা লেখা, ছবি বা সিল কিছু প্রমাণ করে না।",
        en="Only that scan proves that the card is genuine. Printed words, a photo or a stamp prove nothing.",
    ),
    BilingualText(
        bn="কোডের ওপর লিখবেন না, কোড ভাঁজ করবেন না। হারালে আবার বিনামূল্যে ডাউনলোড করুন।",
        en="Do not write on the code or fold it. If the card is lost, download it again, free.",
    ),
)
SHEET_NOTES: tuple[BilingualText, ...] = (
    BilingualText(
        bn="১০০ % মাপে ছাপুন (“প্রকৃত মাপ”), দুই পিঠে, লম্বা ধারে উল্টে। দাগ ধরে কাটুন।",
        en="Print at 100 % (“actual size”), on both sides, flipped on the long edge. Cut along the marks.",
    ),
    BilingualText(bn="ছাপার পর এই দাগ ঠিক ৫০ মিমি হবে।", en="Once printed, this line is exactly 50 mm long."),
)

_SEXES: Mapping[Sex, BilingualText] = {
    Sex.MALE: BilingualText(bn="পুরুষ", en="Male"),
    Sex.FEMALE: BilingualText(bn="নারী", en="Female"),
    Sex.OTHER: BilingualText(bn="অন্যান্য", en="Other"),
}
_VISA_TYPES: Mapping[str, BilingualText] = {
    "single": BilingualText(bn="একক", en="Single"),
    "group": BilingualText(bn="গ্রুপ", en="Group"),
    "attested single": BilingualText(bn="একক, সত্যায়িত", en="Single, attested"),
    "attested group": BilingualText(bn="গ্রুপ, সত্যায়িত", en="Group, attested"),
}
_NO_AGENCY = BilingualText(bn="এজেন্সি ছাড়া", en="Without an agency")


def facts(card: PrintedCard) -> Mapping[Item, BilingualText]:
    """Every fact of the card as printed, in NFC; without those it does not have or its office does not print."""
    printed: dict[Item, BilingualText | str | None] = {
        Item.NAME: card.name,
        Item.PASSPORT_NO: card.passport_no,
        Item.DESTINATION: country(card.destination),
        Item.VALID_UNTIL: day(card.valid_until),
        Item.CLEARANCE_NO: card.clearance_no,
        Item.REGISTRATION_NO: card.registration_no,
        Item.BIRTH_DATE: day(card.birth_date),
        Item.SEX: _SEXES[card.sex],
        Item.PASSPORT_EXPIRY: day(card.passport_expiry),
        Item.PREVIOUS_PASSPORT_NO: card.previous_passport_no,
        Item.VISA_NO: card.visa_no,
        Item.VISA_TYPE: _VISA_TYPES.get(card.visa_type.lower().replace("_", " "), card.visa_type),
        Item.EMPLOYER: card.employer,
        Item.OCCUPATION: card.occupation,
        Item.SALARY: card.salary,
        Item.AGENCY: card.agency or _NO_AGENCY,
        Item.LICENCE_NO: card.licence_no,
        Item.AGENCY_PHONE: card.agency_phone,
        Item.PERMIT_NO: card.permit_no,
        Item.ORIENTATION_CERTIFICATE: card.orientation_certificate,
        Item.OFFICE: card.office,
        Item.OFFICERS: f"{card.approved_by} / {card.issued_by}",
        Item.FEES: taka(card.fees_taka),
        Item.MISSION_PHONE: card.mission_phone,
        Item.ISSUED_ON: day(card.issued_on),
        Item.HELPLINE: HELP,
        Item.FREE: FREE,
        Item.DEMO: DEMO_BAND if card.demo else None,
    }
    left_off = {Item(fact) for fact in OptionalFact if fact not in card.printed}
    return {
        item: _normalised(BilingualText(en=text) if isinstance(text, str) else text)
        for item, text in printed.items()
        if text and item not in left_off
    }


def day(value: date) -> BilingualText:
    """A calendar day: `২২ নভেম্বর ২০২৬`, `22 Nov 2026`."""
    month = _SPELT_TODAY.get(value.month) or _BENGALI.months["format"]["wide"][value.month]
    bengali = bengali_digits(f"{value.day} {month} {value.year}")
    return BilingualText(bn=bengali, en=format_date(value, "d MMM y", locale=_ENGLISH))


def country(alpha3: str) -> BilingualText:
    """The country's name as CLDR has it; the code itself where CLDR has none."""
    [alpha2] = get_global("territory_aliases").get(alpha3, [alpha3])
    english = _ENGLISH.territories.get(alpha2, alpha3)
    return BilingualText(bn=_BENGALI.territories.get(alpha2), en=english)


def taka(amount: int) -> BilingualText:
    """An amount of taka with lakh grouping: `৩,৪৫০ টাকা`, `Tk 3,450`."""
    grouped = format_decimal(amount, locale=_BENGALI)
    return BilingualText(bn=f"{bengali_digits(grouped)} টাকা", en=f"Tk {grouped}")


def bengali_digits(text: str) -> str:
    """ASCII digits as Bengali ones; Babel formats the rest of Bengali dates and numbers but keeps ASCII digits."""
    return text.translate(_BENGALI_DIGITS)


def _normalised(text: BilingualText) -> BilingualText:
    """NFC with single spaces: what arrives with line breaks or doubled spaces must not look like two facts."""
    return BilingualText(en=_clean(text.en), bn=_clean(text.bn) if text.bn else None)


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
