"""Delta Ct."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.trial.endpoints.shared import Location, Side, Visit
from trialtrace.trial.instruments.shared import InstrumentEntry
from trialtrace.trial.words import (
    Column,
    Condition,
    Name,
    ShortName,
    Text,
    Value,
    VisitLabel,
    Words,
)


@shape
class DeltaCt(InstrumentEntry):
    """Delta Ct."""

    label: Text = key(
        "Label in reports; of a score that has a name of its own, what stands before it."
    )
    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    ct: Column = key("Column of the cycle threshold.")
    gene: Column = key("Column of the gene, a row a replicate.")
    genes: Filled[ShortName, Value] = key(
        "Genes of interest: name of the scale to code in the column, in quotes."
    )
    references: Distinct[Value] = key("Codes of the reference genes, in quotes.")
    censored_at: float = key("Number of cycles from which on a gene counts as not detected.")
    replicates: Literal["any", "all"] = key(
        "Whether a gene has no Ct where any replicate is censored, or only where all are."
    )
    scales: Literal["all"] | Distinct[Name] = key(
        "Which scores: all, or a list of scales of instruments.md.",
        expected="all, or a list of scales",
    )
    labels: Filled[Name, Words] | None = optional(
        "Labels in reports that replace those of the instrument: scale to label."
    )
    visit: Visit | None = optional("How visits are told.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


ENTRY = DeltaCt
