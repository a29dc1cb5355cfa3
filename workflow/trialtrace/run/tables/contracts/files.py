"""Every table that a stage writes: its contract and its file in a trial's folder of results."""

from trialtrace.run.tables.contracts import (
    ADSL,
    ADTTE,
    BDS,
    CHECKS,
    CLAIMS,
    CLEAN,
    MEMBERS,
    OCCDS,
    RAW,
    REJECTS,
    RESULTS,
    SOURCES,
    Contract,
)
from trialtrace.run.tables.contracts.multiverse import BANDS, CURVES, SPECIFICATIONS, SPREADS
from trialtrace.run.tables.contracts.simulation import CHARACTERISTICS, REPLICATES

# In the order of the stages.
FILES: dict[str, tuple[tuple[str, Contract], ...]] = {
    "Ingest": (("raw/<raw table>.parquet", RAW),),
    "Clean": (("clean/<table>.parquet", CLEAN), ("clean/rejects.parquet", REJECTS)),
    "Derive": (
        ("derived/adsl.parquet", ADSL),
        ("derived/bds.parquet", BDS),
        ("derived/adtte.parquet", ADTTE),
        ("derived/occds.parquet", OCCDS),
        ("derived/sources.parquet", SOURCES),
        ("derived/rejects.parquet", REJECTS),
    ),
    "Analyse": (
        ("analysis/results.parquet", RESULTS),
        ("analysis/members.parquet", MEMBERS),
        ("analysis/checks.parquet", CHECKS),
    ),
    "Audit": (("audit/claims.parquet", CLAIMS),),
    "Multiverse": (
        ("multiverse/results.parquet", RESULTS),
        ("multiverse/members.parquet", MEMBERS),
        ("multiverse/specifications.parquet", SPECIFICATIONS),
        ("multiverse/curves.parquet", CURVES),
        ("multiverse/bands.parquet", BANDS),
        ("multiverse/spreads.parquet", SPREADS),
    ),
    "Simulate": (
        ("simulation/replicates.parquet", REPLICATES),
        ("simulation/characteristics.parquet", CHARACTERISTICS),
    ),
}
