"""What stands against a row, as JSON and back: kinds by their codes, days as {"day": "2026-11-22"}."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from clearance.domain.eligibility import Ground, Objection
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import Note, RowNote, RowTrouble


def notes_to_json(notes: tuple[Note, ...]) -> list[dict[str, Any]]:
    """Notes as stored."""
    return [_to_json(note) for note in notes]


def notes_from_json(stored: list[dict[str, Any]]) -> tuple[Note, ...]:
    """Stored notes as they were."""
    return tuple(_from_json(each) for each in stored)


def _to_json(note: Note) -> dict[str, Any]:
    match note:
        case Fault():
            return {"fault": note.kind.value, "field": note.field, "details": dict(note.details)}
        case Objection():
            return {"ground": note.ground.value, "details": {name: _plain(each) for name, each in note.details.items()}}
        case RowNote():
            return {"trouble": note.trouble.value, "details": dict(note.details)}


def _from_json(stored: Mapping[str, Any]) -> Note:
    details = {name: _rich(each) for name, each in stored["details"].items()}
    if "fault" in stored:
        return Fault(field=stored["field"], kind=FaultKind(stored["fault"]), details=details)
    if "ground" in stored:
        return Objection(ground=Ground(stored["ground"]), details=details)
    return RowNote(trouble=RowTrouble(stored["trouble"]), details=details)


def _plain(value: str | int | date) -> Any:
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _rich(value: Any) -> Any:
    return date.fromisoformat(value["day"]) if isinstance(value, dict) else value
