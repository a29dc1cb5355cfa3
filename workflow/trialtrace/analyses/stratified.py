"""Events compared across strata: Mantel-Haenszel estimates, CMH and Breslow-Day tests."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from trialtrace.analyses.binary import named, with_event
from trialtrace.analyses.cuts import Cut
from trialtrace.analyses.estimate import interval_result, test_results
from trialtrace.analyses.rows import Result
from trialtrace.config.model import Step, adsl_code
from trialtrace.frames import Selection
from trialtrace.stats import stratified

TESTS = {
    "cochran_mantel_haenszel": stratified.cochran_mantel_haenszel,
    "breslow_day": stratified.breslow_day,
}


def estimate(cut: Cut, step: Step) -> Iterator[Result]:
    """By comparison: a common odds ratio or risk difference over strata."""
    choices = {k: v for k, v in step.options.items() if k != "strata"}
    function = {
        "odds_ratio": stratified.mantel_haenszel_odds_ratio,
        "risk_difference": stratified.mantel_haenszel_risk_difference,
    }[step.statistic]
    for pair, both, treated, reference in cut.pairs():
        yield interval_result(
            cut, cut.at(pair=pair), (step.statistic, step.method), members(cut, step, both),
            partial(
                function, *tables(cut, step, treated, reference),
                confidence=cut.analysis.confidence, **choices,
            ),
            options=cut.options(step, interval=True), n_used=stratum_rows(cut, step, both).n,
        )  # fmt: skip


def test(cut: Cut, step: Step) -> Iterator[Result]:
    """By comparison: a test over strata."""
    choices = {k: v for k, v in step.options.items() if k != "strata"}
    for pair, both, treated, reference in cut.pairs():
        yield from test_results(
            cut, cut.at(pair=pair), named(step), members(cut, step, both),
            partial(TESTS[step.method], *tables(cut, step, treated, reference), **choices),
            statistic="chi_squared", options=cut.options(step),
            n_used=stratum_rows(cut, step, both).n,
        )  # fmt: skip


def members(cut: Cut, step: Step, both: Selection) -> dict[str, Selection]:
    rows = stratum_rows(cut, step, both)
    return {"analysed": rows, "numerator": with_event(cut, rows)}


def stratum_rows(cut: Cut, step: Step, rows: Selection) -> Selection:
    """Of `rows`, those whose strata are all known."""
    known = {adsl_code(name): "present" for name in step.options["strata"]}
    # What the cut already asks of a column (its own subgroup) is more than that it is known.
    return cut.frames.select(rows.dataset, known | rows.predicate)


def tables(
    cut: Cut, step: Step, treated: Selection, reference: Selection
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Events and totals by stratum of the treated arm, then of the reference arm, each (K,)."""
    arms = [stratum_rows(cut, step, rows) for rows in (treated, reference)]
    keys = [_keys(rows, step.options["strata"]) for rows in arms]
    strata = np.unique(np.concatenate(keys))
    counts = []
    for rows, key in zip(arms, keys, strict=True):
        at = np.searchsorted(strata, key)
        events = np.bincount(at, weights=rows.column("AVAL") == 1, minlength=len(strata))
        counts += [events, np.bincount(at, minlength=len(strata)).astype(float)]
    return tuple(counts)


def _keys(rows: Selection, names: list[str]) -> np.ndarray:
    columns = [rows.column(adsl_code(name)).astype(str) for name in names]
    joined = columns[0]
    for column in columns[1:]:
        joined = np.char.add(np.char.add(joined, "\x1f"), column)
    return joined


METHODS = {
    "odds_ratio.mantel_haenszel": estimate,
    "risk_difference.mantel_haenszel": estimate,
} | {f"p_value.{name}": test for name in TESTS}
