"""The identifiers that a plan promises, and those of the results of its run.

A level that only the data have is a `*`; what may lack is not sure: a statistic of a test without
an answer, and a declared level that no subject has.
"""

import json
import shutil
from fnmatch import fnmatchcase

import pandas as pd
import pytest

from trialtrace.base.paths import Project, project
from trialtrace.run.methods.analysing.planned import planned_results
from trialtrace.run.trial.check import check_trial

DISPLAYS = ("flow", "baseline", "adverse_events")
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


def test_a_share_that_the_visits_leave_open_is_told_by_both_ends(results):
    """The value is the lower one."""
    rows = [row for row in results("made").to_pylist() if row["method"] == "incidence.turnbull"]
    opened = [row for row in rows if "–" in row["stat_text"]]
    assert opened
    for row in opened:
        low, high = map(float, row["stat_text"].removesuffix(" %").split("–"))
        assert f"{100 * row['stat_value']:.1f}" == f"{low:.1f}" and low < high <= 100


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
@pytest.mark.parametrize("name", TRIALS[2:])
def test_check_accepts_what_a_run_gives(results, tmp_path, name):
    """A claim on every result of the plan's analyses is in order, one on another's name is not."""
    at, here = Project(tmp_path), project()
    shutil.copytree(here.config, at.config)
    rows = [row for row in results(name).to_pylist() if row["analysis_id"] not in DISPLAYS]
    claims = {f"c{k}": claim(row) for k, row in enumerate(rows) if selected(row)}
    assert len(claims) > 50
    wrong = [row | {"method": f"{row['stat_name']}.nonsense"} for row in rows[:3]]
    ledger = at.trial_config(name) / "claims.yaml"
    told = []
    for some in (claims, {f"w{k}": claim(row) for k, row in enumerate(wrong)}):
        whole = {"papers": {"main": "A paper"}, "claims": some}
        ledger.write_text(json.dumps(whole), encoding="utf-8")
        told.append([str(problem) for problem in check_trial(at, name)])
    assert told[0] == []
    # What several claims have wrong alike is one message with a place for each.
    assert all("a statistic of" in text for text in told[1])
    assert [" ".join(told[1]).count(f"claims.w{k}.is") for k in range(len(wrong))] == [1, 1, 1]


def selected(row):
    """Whether the keys of a claim can name it; the ledger's limit of size leaves out the rest."""
    return row["group2"] in (None, "time", "effect", "category") and len(row["result_id"]) % 3


def claim(row):
    keys = {"analysis": row["analysis_id"], "stat": row["method"]}
    if row["comparison"]:
        keys["compare"] = {"of": row["comparison"], "to": row["reference"]}
    if row["group1_level"]:
        keys["group"] = row["group1_level"]
    keys |= {key: row[key] for key in ("visit", "stratum") if row[key] is not None}
    if ";parameter=" in row["result_id"]:
        keys["parameter"] = row["parameter"]
    if row["group2"]:
        level = row["group2_level"]
        keys[row["group2"]] = level if row["group2"] == "effect" else json.loads(level)
    return {"from": "main", "place": "table", "label": "x", "printed": "1", "is": keys}


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
