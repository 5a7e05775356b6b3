"""Everything held about one person as a ZIP archive that the person can read: in words, as data, and the documents."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from clearance.issuing.persons import PersonalFile
from clearance.web.wording_personal import TABLE_WORDS
from clearance_templates.i18n import LANGUAGES, N_, Translator, translator

ABOUT = N_(
    "This is everything that the office holds about the person of case %(reference)s, as of %(at)s. data.json is the "
    "same for programs; documents/ holds photos and cards. Whoever finds a mistake in it asks for a correction at any "
    "office or on the public page."
)


def personal_zip(held: PersonalFile, documents: Mapping[str, bytes]) -> bytes:
    """`read-me.<language>.txt` in Bengali and English, `data.json`, `documents/`."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for language in LANGUAGES:
            archive.writestr(f"read-me.{language}.txt", "\n".join(_lines(held, translator(language))))
        archive.writestr("data.json", json.dumps(held.rows, ensure_ascii=False, indent=1, default=_written))
        for name, content in documents.items():
            archive.writestr(f"documents/{name}{_ending(content)}", content)
    return out.getvalue()


def _lines(held: PersonalFile, t: Translator) -> Iterator[str]:
    yield t.gettext(ABOUT) % {"reference": held.reference, "at": t.datetime(held.at)}
    for table, rows in held.rows.items():
        yield ""
        yield f"== {t.gettext(TABLE_WORDS[table])}: {t.number(len(rows))}"
        for row in rows:
            yield ""
            yield from (f"{name}: {_shown(value)}" for name, value in row.items() if value not in (None, "", [], {}))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_written)


def _written(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode("ascii")
        case Enum():
            return value.value
    return str(value)


def _ending(content: bytes) -> str:
    return ".pdf" if content.startswith(b"%PDF") else ".jpg" if content.startswith(b"\xff\xd8\xff") else ""
