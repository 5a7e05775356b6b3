"""Spreadsheet files, in and out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: texts only, the first row being its header."""

    title: str
    rows: Sequence[Sequence[str]]


class Workbooks(Protocol):
    """Reads and writes XLSX. Nothing in a file is ever calculated."""

    def read(self, content: bytes) -> Sequence[Sequence[str]]:
        """The rows of the first sheet as texts: days as YYYY-MM-DD, whole numbers without a point. Raises SheetRefused
        for what is no workbook, or unpacks to more than anybody would type."""
        ...

    def write(self, sheets: Sequence[Sheet]) -> bytes:
        """A workbook of texts, in whose columns a spreadsheet leaves numbers and days as they are typed."""
        ...
