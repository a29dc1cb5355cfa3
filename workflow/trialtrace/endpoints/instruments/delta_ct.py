"""Gene expression by quantitative PCR: cycle thresholds against those of reference genes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.config.model import Endpoint
from trialtrace.endpoints.instruments.declaration import Instrument, Scale
from trialtrace.endpoints.records import Cells, Records

if TYPE_CHECKING:
    from trialtrace.endpoints.layout import Placed
    from trialtrace.endpoints.study import Study

COLUMNS = {"ct": ("number", "integer"), "gene": ()}
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
    "GROUNDS tells why a value is missing: the gene is not detected, or a reference gene is not.",
    source="Livak & Schmittgen, Methods 2001;25:402-408",
    scales=(Scale("gene", "GENE", "delta Ct, a scale a gene of `genes`", unit="cycles"),),
)


def scales(options: Mapping[str, Any]) -> tuple[Scale, ...]:
    """A scale a gene, in declared order."""
    return tuple(
        Scale(name, name.upper().replace("_", ""), f"delta Ct of {code}", unit="cycles")
        for name, code in options["genes"].items()
    )


def derive(endpoint: Endpoint, scale: Scale, study: "Study") -> Records:
    """Delta Ct of one gene; every replicate of it and of the reference genes leads to it."""
    import pyarrow as pa

    from trialtrace.endpoints.kinds.instrument import as_numbers, scored
    from trialtrace.endpoints.layout import place_rows
    from trialtrace.endpoints.treatment import check_one_treatment
    from trialtrace.sources.canonical import column_text

    options, place = endpoint.options, study.place(endpoint)
    columns = [options["ct"], options["gene"]]
    study.table(endpoint, columns)
    placed = place_rows(endpoint, study, [options["ct"]])
    check_one_treatment(study, endpoint, placed.table, placed.record, placed.rows)
    genes = np.array(column_text(placed.table.column(options["gene"]), place).fill_null(""))
    codes = [options["genes"][scale.name], *options["references"]]
    own, used = mean_ct(placed, genes[placed.rows], as_numbers(
        placed.table.column(options["ct"]), place)[placed.rows], codes, options)  # fmt: skip
    values = own[0] - own[1:].mean(axis=0)
    chosen = np.flatnonzero(used)
    cells = [
        Cells("AVAL", one.record[chosen], one.table, one.row[chosen], one.column)
        for one in placed.cells(columns)
    ]
    records = scored(endpoint, study, placed.first(), scale, values, columns, cells=cells)
    present = np.bincount(placed.record[chosen], minlength=placed.size) > 0
    reason = np.where(np.isnan(own[1:]).any(axis=0), 2, 1) * (np.isnan(values) & present)
    told = [REASONS.get(code) for code in range(3)]
    records.columns["GROUNDS"] = pa.array(told, type=pa.string()).take(pa.array(reason))
    return records


def mean_ct(
    placed: "Placed",
    gene: np.ndarray,
    ct: np.ndarray,
    codes: list[str],
    options: Mapping[str, Any],
) -> tuple[np.ndarray, np.ndarray]:
    """Each gene's mean Ct in every record (genes x records), and which rows belong to a gene.

    NaN where no replicate is detected, and with `replicates: any` where one is censored.
    """
    used = np.isin(gene, codes)
    with np.errstate(invalid="ignore"):
        censored = ct >= options["censored_at"]
    detected = np.isfinite(ct) & ~censored
    means = []
    for code in codes:
        mine = gene == code
        each = np.where(detected & mine, ct, 0)
        count = np.bincount(placed.record, weights=detected & mine, minlength=placed.size)
        total = np.bincount(placed.record, weights=each, minlength=placed.size)
        lost = np.bincount(placed.record, weights=censored & mine, minlength=placed.size) > 0
        none = (count == 0) | (lost & (options["replicates"] == "any"))
        means.append(np.where(none, np.nan, total / np.maximum(count, 1)))
    return np.stack(means), used
