"""Files of batches: the template, the rows to fix, and what an officer sends."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from flask import Response, request

from clearance.issuing.batches import MAX_ROWS
from clearance.issuing.batches_photos import MAX_ARCHIVE, require_archive
from clearance.issuing.ports import BatchRow, Scanned, Sheet, Workbooks
from clearance.issuing.rows import COLUMNS, EXAMPLE
from clearance.issuing.service import Service
from clearance.issuing.sheet import REASONS, ROW, SheetFaultKind, SheetRefused, harmless
from clearance.web.language import current
from clearance.web.staff.uploads import scanned
from clearance.web.wording_batches import column_hint, column_text, note_text
from clearance_templates.i18n import translator

MAX_SHEET = 20 * 1024 * 1024
MAX_UPLOAD = MAX_SHEET + MAX_ARCHIVE + (64 << 10)
"""Bytes of one form: a sheet and an archive, and what is around them. Nothing larger is sent to any page."""
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileKind(StrEnum):
    """What a list can be downloaded as."""

    CSV = "csv"
    XLSX = "xlsx"


def template(kind: FileKind, workbooks: Workbooks) -> Response:
    """The columns in the reader's language and one example row; a workbook explains each in both languages."""
    rows = [[column_text(name, current()) for name in COLUMNS], list(EXAMPLE.values())]
    return _download(kind, rows, workbooks, name="workers", guide=_guide())


def rows_to_fix(kind: FileKind, rows: Iterable[BatchRow], workbooks: Workbooks, *, name: str) -> Response:
    """Rows with what stands against each of them, in both languages: to be corrected and sent back as they are."""
    header = [column_text(column, current()) for column in (ROW, *COLUMNS, *REASONS)]
    lines = [[str(row.number), *(row.texts.get(column, "") for column in COLUMNS), *_reasons(row)] for row in rows]
    return _download(kind, [header, *lines], workbooks, name=name)


def sent_sheet(service: Service, field: str) -> tuple[str, Scanned] | None:
    """Name and content of the list in a form; None where none was chosen. Raises SheetRefused, UploadRefused."""
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        return None
    content = sent.stream.read(MAX_SHEET + 1)
    if len(content) > MAX_SHEET:
        raise SheetRefused(SheetFaultKind.TOO_LARGE)
    return sent.filename, scanned(service, content, name=sent.filename, field=field)


def sent_archives(service: Service, field: str) -> list[Scanned]:
    """The archives of photos in a form. Raises PhotosRefused, UploadRefused."""
    sent = [each for each in request.files.getlist(field) if each.filename]
    contents = [each.stream.read(MAX_ARCHIVE + 1) for each in sent]
    for content in contents:
        require_archive(content)
    return [
        scanned(service, content, name=each.filename, field=field) for each, content in zip(sent, contents, strict=True)
    ]


def limits() -> Mapping[str, int]:
    """What the words about a file that is not read name."""
    return {"megabytes": MAX_SHEET >> 20, "rows": MAX_ROWS}


def _reasons(row: BatchRow) -> tuple[str, str]:
    bengali, english = ("\n".join(note_text(note, translator(t)) for note in row.notes) for t in ("bn", "en"))
    return bengali, english


def _guide() -> Sheet:
    both = translator("bn"), translator("en")
    header = ["Column", "বাংলা", "English", "কীভাবে পূরণ করবেন", "How to fill it in", "Example"]
    lines = [
        [name, *(column_text(name, t) for t in both), *(column_hint(name, t) for t in both), EXAMPLE[name]]
        for name in COLUMNS
    ]
    return Sheet(title="Guide নির্দেশনা", rows=[header, *lines])


def _download(
    kind: FileKind, rows: Sequence[Sequence[str]], workbooks: Workbooks, *, name: str, guide: Sheet | None = None
) -> Response:
    match kind:
        case FileKind.XLSX:
            sheets = [Sheet(title="Workers কর্মী", rows=rows), *([guide] if guide else [])]
            response = Response(workbooks.write(sheets), mimetype=XLSX_TYPE)
        case FileKind.CSV:
            out = io.StringIO()
            csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
            # With the byte order mark, since without it spreadsheets take Bengali for something else.
            response = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind.value}")
    return response
