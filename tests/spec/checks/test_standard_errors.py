"""The standard error that a claim is held against, beside the one that made each interval."""

from math import isfinite

import pytest
from made_trial import MADE
from sides_trial import SIDES

from trialtrace.run.claims.direction import NORMAL, standard_error
from trialtrace.run.methods.analysing import estimate
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.tables.contracts import RESULTS, read_table

pytestmark = pytest.mark.full

# Methods that have an error of which neither a law with its degrees of freedom nor a test statistic
# is among the results.
UNTOLD = {
    "correlation.pearson",
    "correlation.spearman",
    "mean.mmrm",
    "mean_difference.clustered",
    "mean_difference.equivalence_welch",
    "mean_difference.gee",
    "mean_difference.non_inferiority_welch",
    "mean_difference.paired_regression",
    "mean_difference.welch",
    "mean_events.lawless_nadeau",
    "probability_of_superiority.brunner_munzel",
    "risk_difference.clustered_linear",
    "slope_difference.gee",
}


@pytest.fixture(scope="module", params=[MADE, SIDES])
def made(request, trials, tmp_path_factory):
    """Results with the interval that each was made from, and all results of the run."""
    trial, folder = trials(request.param)
    intervals, bounds = {}, estimate.bounds

    def noted(found):
        intervals[_nearly(found.estimate, found.low, found.high)] = found
        return bounds(found)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(estimate, "bounds", noted)
        out = tmp_path_factory.mktemp("errors")
        analyse_plan(trial, folder / "derived", out)
    results = read_table(out / "results.parquet", RESULTS).to_pylist()
    ends = ("stat_value", "ci_low", "ci_high")
    pairs = [
        (row, intervals.get(_nearly(*(row[end] for end in ends))))
        for row in results
        if None not in [row[end] for end in ends]
    ]
    return [(row, one) for row, one in pairs if one is not None], results


def _nearly(*ends):
    return tuple(f"{end:.9g}" for end in ends)


def test_an_error_is_that_of_the_method_or_none(made):
    pairs, results = made
    known = [(row, one.standard_error) for row, one in pairs if isfinite(one.standard_error)]
    assert known
    for row, error in known:
        found = standard_error(row, results)
        assert found == pytest.approx(error, rel=1e-8) or (
            found is None and row["method"] in UNTOLD
        ), row["result_id"]


def test_a_method_without_an_error_gives_none_unless_its_law_is_known(made):
    pairs, results = made
    without = [row for row, one in pairs if not isfinite(one.standard_error)]
    assert without
    for row in without:
        told = row["method"] in NORMAL or '"reference": "normal"' in row["options"]
        assert standard_error(row, results) is None or told, row["result_id"]
