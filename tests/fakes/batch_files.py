"""Files as agencies send them, CSV of the put-up sheet and archives of photos; and a worker that does all at once."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping

from clearance.issuing.batches_photos import Albums
from clearance.issuing.batches_work import take_up, work_on
from clearance.issuing.rows import COLUMNS, EXAMPLE
from clearance.issuing.service import Service


def line(index: int, **changes: str) -> dict[str, str]:
    """A row in good order; each index is another worker."""
    own = {
        "registration_no": f"BIDN2026{index:07d}",
        "passport_no": f"A{index:08d}",
        "photo": "",
        "visa_no": f"60{index:08d}",
        "receipt_no": f"CH-26-{index:06d}",
        "pay_order_no": f"PO-26-{index:06d}",
        "visa_advice_no": "",
        "sponsor_id": "",
    }
    return {**EXAMPLE, **own, **changes}


def csv_of(rows: Iterable[Mapping[str, str]], *, header: Iterable[str] = COLUMNS, encoding: str = "utf-8") -> bytes:
    """A CSV file with these columns, in this order."""
    columns, out = list(header), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue().encode(encoding)


def photos_of(indexes: Iterable[int], picture: bytes) -> bytes:
    """An archive with one picture for each worker, named after the passport."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for index in indexes:
            archive.writestr(f"photos/A{index:08d}.JPG", picture)
    return out.getvalue()


def work_off(service: Service, *, worker: str = "one") -> int:
    """Do what waits, chunk by chunk, until nothing can be done now; how many chunks there were."""
    albums, chunks = Albums(service.documents.get), 0
    while (job := take_up(service, worker, albums)) is not None:
        work_on(service, job, stopping=lambda: False, report=raise_it)
        chunks += 1
    return chunks


def raise_it(error: Exception) -> None:
    """No test wants an error that nobody foresaw, unless it says so."""
    raise error
