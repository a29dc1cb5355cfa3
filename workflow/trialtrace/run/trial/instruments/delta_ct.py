"""Delta Ct."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Column, ShortName, Value
from trialtrace.base.config.spec import Distinct, Filled, key, shape
from trialtrace.run.trial.instruments.shared import AtVisits, Labelled, ScoredRows, SeveralScales


@shape
class DeltaCt(Labelled, ScoredRows, AtVisits, SeveralScales):
    """Delta Ct."""

    ct: Column = key("Column of the cycle threshold.")
    gene: Column = key("Column of the gene, a row a replicate.")
    genes: Filled[ShortName, Value] = key(
        "Genes of interest: name of the scale to code in the column, in quotes."
    )
    references: Distinct[Value] = key(
        "Codes of the reference genes, in quotes.", constant="reference genes"
    )
    censored_at: float = key(
        "Number of cycles from which on a gene counts as not detected.",
        constant="Ct from which a gene counts as not detected",
    )
    replicates: Literal["any", "all"] = key(
        "Whether a gene has no Ct where any replicate is censored, or only where all are.",
        constant="replicates that must be censored",
    )


ENTRY = DeltaCt
