"""Mutants that change nothing a caller could see, each with the reason; they are not counted."""

EQUIVALENT: dict[str, str] = {}
