"""Whether a χ² distribution can stand for the exact one in the tests of a closed family."""

from collections.abc import Iterable

from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.stratified.analyse import keys_of
from trialtrace.run.trial.plan.multiplicity import ASYMPTOTIC, LEAST_EXPECTED, SPARSE
from trialtrace.stats.stratified.generalised_cmh import smallest_expected


def sparse(tests: Iterable[Result]) -> str | None:
    """A sentence where an expected count within a stratum is too small for a test's χ²."""
    for test in tests:
        if test.error is None and test.method.removesuffix("_continuity") in ASYMPTOTIC:
            rows = test.members["analysed"]
            of = rows.column("TRTP").astype(str), rows.column("AVAL")
            if smallest_expected(*of, keys_of(rows, test.options["strata"])) < LEAST_EXPECTED:
                return f"{SPARSE}."
    return None
