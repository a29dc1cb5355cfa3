"""Occurrences, such as adverse events."""

from __future__ import annotations

from trialtrace.base.config.names import Column, ShortName, Text
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.run.trial.endpoints.shared import InTable, Labels, TableEntry, table_words


@shape(last=True)
class FurtherColumns(InTable):
    """An entry whose records have columns of the user's choice."""

    columns: Filled[ShortName, Column] | None = optional(
        "Further columns of OCCDS: a name of your choice (in capitals there) to a column "
        "of the table."
    )


@shape
class Occurrence(TableEntry, FurtherColumns):
    """Occurrences, a row each."""

    date: Column | None = optional("Column of the date.")

    def rule(self, labels: Labels) -> str:
        return f"every row of {table_words(self.table)}{self.counted_rows(labels)}"


@shape(by="term_column")
class NamedOccurrence(Occurrence):
    """Occurrences, named by a column."""

    term_column: Column = key("Column that names what occurred.")


@shape
class OneOccurrence(Occurrence):
    """Occurrences of one thing."""

    term: Text = key("What occurred.")


ENTRY = NamedOccurrence | OneOccurrence
