"""Gene expression by quantitative PCR: cycle thresholds against those of reference genes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from trialtrace.base.config.names import ShortName, Value
from trialtrace.base.config.references import ColumnName, NumberColumn, Ref
from trialtrace.base.config.spec import Distinct, Filled, key, shape
from trialtrace.run.trial.instruments.declaration import Instrument, Scale
from trialtrace.run.trial.instruments.shared import AtVisits, Labelled, ScoredRows, SeveralScales

if TYPE_CHECKING:
    import numpy as np

NOT_DETECTED = "not detected"
NO_REFERENCE = "a reference gene is missing"
REASONS = {1: NOT_DETECTED, 2: NO_REFERENCE}

INSTRUMENT = Instrument(
    title="Quantitative PCR, delta Ct",
    rule="Ct of the gene minus the mean Ct of the reference genes, technical replicates averaged "
    "on Ct. A lower value is a higher expression; the efficiency is taken as 2. A ratio of two "
    "conditions is 2 to the power of minus the difference of their delta Ct: analyse delta Ct.",
    missing="A Ct of `censored_at` or above is no value but censored. With `replicates: any` a "
    "gene with one censored replicate has no Ct, with `replicates: all` the others are averaged. "
    "Beside a missing value stands why: the gene is not detected, or a reference gene is not.",
    source="Livak & Schmittgen, Methods 2001;25:402-408",
    scales=(Scale("gene", "GENE", "delta Ct, a scale a gene of `genes`", unit="cycles"),),
)


GeneCode = Annotated[Value, Ref("code", of="gene")]


@shape
class DeltaCt(Labelled, ScoredRows, AtVisits, SeveralScales):
    """Delta Ct."""

    declared = INSTRUMENT
    reasons: ClassVar = REASONS

    ct: NumberColumn = key("Column of the cycle threshold.")
    gene: ColumnName = key("Column of the gene, a row a replicate.")
    genes: Filled[ShortName, GeneCode] = key(
        "Genes of interest: name of the scale to code in the column, in quotes."
    )
    references: Distinct[GeneCode] = key(
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

    @property
    def every_scale(self) -> tuple[Scale, ...]:
        """A scale a gene, in declared order."""
        return tuple(
            Scale(name, name.upper().replace("_", ""), f"delta Ct of {code}", unit="cycles")
            for name, code in self.genes.items()
        )

    def mean_ct(
        self, record: np.ndarray, size: int, gene: np.ndarray, ct: np.ndarray, codes: list[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Each gene's mean Ct in every record (genes x records), and which rows belong to a gene.

        `record` is the record, from 0 to `size` - 1, of each row. NaN where no replicate is
        detected, and with `replicates: any` where one is censored.
        """
        import numpy as np

        used = np.isin(gene, codes)
        with np.errstate(invalid="ignore"):
            censored = ct >= self.censored_at
        detected = np.isfinite(ct) & ~censored
        means = []
        for code in codes:
            mine = gene == code
            each = np.where(detected & mine, ct, 0)
            count = np.bincount(record, weights=detected & mine, minlength=size)
            total = np.bincount(record, weights=each, minlength=size)
            lost = np.bincount(record, weights=censored & mine, minlength=size) > 0
            none = (count == 0) | (lost & (self.replicates == "any"))
            means.append(np.where(none, np.nan, total / np.maximum(count, 1)))
        return np.stack(means), used


ENTRY = DeltaCt
