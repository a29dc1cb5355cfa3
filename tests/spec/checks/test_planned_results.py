"""The identifiers that a plan promises, and those of the results of its run.

A level that only the data have is a `*`; what may lack is not sure: a statistic of a test without
an answer, and a declared level that no subject has.
"""

from fnmatch import fnmatchcase

import pandas as pd
import pytest

from trialtrace.run.methods.analysing.planned import planned_results

TRIALS = (
    "made",
    "sides",
    "elmunzer2012",
    "ruetzler2013",
    "moertel1990",
    "streckmann2024",
    "sprave2019",
    "musaro2019",
)


def test_a_share_says_of_how_many_the_visits_do_not_tell(trials, results):
    rows = [row for row in results("made").to_pylist() if row["method"] == "incidence.turnbull"]
    times = pd.read_parquet(trials("made")[1] / "derived/adtte.parquet")
    told = 0
    for row in rows:
        day = float(row["group2_level"])
        those = times[(times["PARAMCD"] == "SEEN") & (times["PPROTFL"] == "Y")]
        those = those[(those["TRTP"] == row["group1_level"]) | (row["group1_level"] == "all")]
        by = sum(those["AVALHI"] <= day)
        without = sum(those["AVALLO"] >= day)
        told += by + without < len(those)
        if by + without == len(those):
            assert not row["warning"]
        else:
            assert (
                f"Of {len(those)}, {by} were seen with the event by then and {without} without it "
                f"then or later; of {len(those) - by - without} the visits do not tell"
            ) in row["warning"]
    assert 0 < told < len(rows)


@pytest.mark.parametrize("name", TRIALS)
def test_a_run_gives_what_was_planned_and_nothing_else(trials, results, name):
    planned = planned_results(trials(name)[0])
    ids = {row["result_id"]: row for row in results(name).to_pylist()}
    plain = {one.pattern for one in planned if "*" not in one.pattern}
    wild = [one.pattern for one in planned if "*" in one.pattern]
    assert [
        one for one in ids if one not in plain and not any(fnmatchcase(one, w) for w in wild)
    ] == []
    sure = {one.pattern for one in planned if one.sure}
    assert not any("*" in pattern for pattern in sure)
    assert sure - set(ids) == set()


@pytest.mark.full
@pytest.mark.parametrize("name", TRIALS)
def test_what_is_not_sure_lacks_for_a_reason(trials, results, name):
    """Beside a missing statistic stands a result that says why, or the level is no one's."""
    rows = results(name).to_pylist()
    ids = {row["result_id"] for row in rows}
    reasons = {row["analysis_id"] for row in rows if row["error"] or row["n_used"] == 0}
    for one in planned_results(trials(name)[0]):
        if "*" in one.pattern or one.pattern in ids or one.place.second or one.place.stratum:
            continue
        assert one.place.analysis in reasons, one.pattern
