"""All values of an endpoint by all arms, or by each pair of arms: χ², exact, within strata."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from trialtrace.ground.arrays import Floats, Labels
from trialtrace.ground.frames import Selection
from trialtrace.methods.analysing.cuts import Cut
from trialtrace.methods.analysing.estimate import test_results
from trialtrace.methods.analysing.rows import Result
from trialtrace.methods.stratified.analyse import keys_of, stratum_rows
from trialtrace.stats.categorical import exact_tables
from trialtrace.stats.categorical.trend import cochran_armitage
from trialtrace.stats.results import TestResult
from trialtrace.stats.stratified import generalised_cmh, interaction
from trialtrace.trial.model import Step

Pair = tuple[str, str] | None
Compute = Callable[[Cut, Step, list[str], Selection], TestResult]


def groups(cut: Cut, step: Step) -> Iterator[tuple[Pair, list[str], Selection]]:
    """(pair or None, arms, rows): all arms at once, or each treated arm with the reference."""
    compared = (
        [(None, cut.arms())]
        if step.options["groups"] == "all"
        else [(pair, list(pair)) for pair in cut.analysis.pairs]
    )
    for pair, arms in compared:
        rows = cut.rows(TRTP={"in": arms})
        yield pair, arms, stratum_rows(cut, step, rows) if "strata" in step.options else rows


def tables(
    cut: Cut, rows: Selection, arms: list[str], strata: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Counts (strata, arms, values) and the values of the endpoint in ascending order."""
    values, of_value = np.unique(cut.values(rows), return_inverse=True)
    levels, of_stratum = np.unique(keys_of(rows, strata), return_inverse=True)
    arm = rows.column("TRTP")
    of_arm = np.array([arms.index(one) for one in arm.tolist()], dtype=np.intp)
    made = np.zeros((max(len(levels), 1), len(arms), max(len(values), 1)))
    np.add.at(made, (of_stratum, of_arm, of_value), 1)
    return made, values


def run(cut: Cut, step: Step) -> Iterator[Result]:
    """A test of arms by values, its statistic where it has one."""
    compute, statistic = TESTS[step.method]
    for pair, arms, rows in groups(cut, step):
        yield from test_results(
            cut,
            cut.at(pair=pair),
            step.method,
            {"analysed": rows},
            partial(compute, cut, step, arms, rows),
            statistic=statistic,
            options=cut.options(step),
            n_used=rows.n,
        )


def _one_table(function: Callable[[Floats], TestResult]) -> Compute:
    return lambda cut, step, arms, rows: function(tables(cut, rows, arms, [])[0][0])


def _association(cut: Cut, step: Step, arms: list[str], rows: Selection) -> TestResult:
    return generalised_cmh.cmh_general_association(
        tables(cut, rows, arms, step.options["strata"])[0]
    )


def _row_mean_scores(cut: Cut, step: Step, arms: list[str], rows: Selection) -> TestResult:
    made, values = tables(cut, rows, arms, step.options["strata"])
    scores = step.options["scores"]
    given = values if scores == "values" else scores
    return generalised_cmh.cmh_row_mean_scores(made, column_scores=given)


def _interaction(function: Callable[[Labels, Labels, Labels], TestResult]) -> Compute:
    """Arms by strata; `function` takes the outcome, the arm and the stratum of each row."""

    def compute(cut: Cut, step: Step, arms: list[str], rows: Selection) -> TestResult:
        arm = rows.column("TRTP").astype(str)
        return function(rows.column("AVAL"), arm, keys_of(rows, step.options["strata"]))

    return compute


def trend(cut: Cut, step: Step) -> Iterator[Result]:
    """Over all arms, in the order and at the distances of their scores."""
    rows = cut.rows(TRTP={"in": cut.arms()})
    scores = step.options["scores"]

    def compute() -> TestResult:
        arm, happened = rows.column("TRTP"), rows.column("AVAL") == 1
        n = np.array([np.sum(arm == name) for name in scores])
        x = np.array([np.sum(happened[arm == name]) for name in scores])
        choices = {name: step.options[name] for name in ("sides", "variance")}
        return cochran_armitage(x, n, list(scores.values()), **choices)

    yield from test_results(
        cut,
        cut.at(),
        step.method,
        {"analysed": rows},
        compute,
        statistic="z",
        options=cut.options(step),
        n_used=rows.n,
    )


TESTS = {
    "chi_squared_table": (_one_table(exact_tables.chi_squared_table), "chi_squared"),
    "fisher_freeman_halton": (_one_table(exact_tables.fisher_freeman_halton), None),
    "cmh_general_association": (_association, "chi_squared"),
    "cmh_row_mean_scores": (_row_mean_scores, "chi_squared"),
    "logistic_interaction": (_interaction(interaction.logistic_interaction), "chi_squared"),
    "firth_interaction": (_interaction(interaction.firth_interaction), "chi_squared"),
}
METHODS = {f"p_value.{name}": run for name in TESTS} | {"p_value.cochran_armitage": trend}
