"""Occurrences, such as adverse events."""

from __future__ import annotations

from trialtrace.config.spec import Filled, key, optional, shape
from trialtrace.trial.endpoints.shared import Endpoint
from trialtrace.trial.words import Column, Condition, Name, ShortName, Text


@shape(by="term_column")
class NamedOccurrence(Endpoint):
    """Occurrences, named by a column."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    date: Column | None = optional("Column of the date.")
    term_column: Column = key("Column that names what occurred.")
    columns: Filled[ShortName, Column] | None = optional(
        "Further columns of OCCDS: a name of your choice (in capitals there) to a column "
        "of the table."
    )


@shape
class OneOccurrence(Endpoint):
    """Occurrences of one thing."""

    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    date: Column | None = optional("Column of the date.")
    term: Text = key("What occurred.")
    columns: Filled[ShortName, Column] | None = optional(
        "Further columns of OCCDS: a name of your choice (in capitals there) to a column "
        "of the table."
    )


ENTRY = NamedOccurrence | OneOccurrence
