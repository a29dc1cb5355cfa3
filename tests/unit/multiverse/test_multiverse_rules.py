"""Levels that change the rules of endpoints: derived once a rule, estimated, traced."""

from pathlib import Path

import mini_multiverse
import pytest
from mini_multiverse import RULES, run

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.multiverse.rules import data_of
from trialtrace.run.trace.seal import RowHashes
from trialtrace.run.trace.specified import SpecifiedTracer
from trialtrace.run.trial.load import load_settings, load_trial
from trialtrace.run.trial.multiverse.load import specified

# Pain after is 1 or 3 with the drug, 2 or 4 with placebo, each in five patients.
BY_HAND = {
    "threshold=felt;outlier=kept": (0.0, 20),
    "threshold=felt;outlier=left_out": (0.0, 15),
    "threshold=treated;outlier=kept": (0.0, 20),
    "threshold=treated;outlier=left_out": (0.5, 15),
}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return mini_multiverse.derived(tmp_path_factory.mktemp("mini"))


def estimates(tables: dict[str, list[dict]]) -> dict[str, tuple[float, int]]:
    rows = zip(tables["specifications"], tables["results"], strict=True)
    return {row["specification"]: (each["stat_value"], each["n_used"]) for row, each in rows}


def test_estimates_are_of_the_endpoints_that_a_rule_gives(at: Project, tmp_path: Path):
    tables = run(at, RULES, tmp_path)
    assert estimates(tables) == BY_HAND
    curves = {row["curve"]: row["specifications"] for row in tables["curves"]}
    # Another threshold is another question; without the largest it is the same one.
    plain = "risk_difference@drug-placebo;population=itt;variable=pain_any;visit=after"
    assert curves == {plain: 2, f"{plain};threshold=treated": 2}
    # No spread is told of estimates that are all the same.
    assert {row["curve"] for row in tables["spreads"]} == {f"{plain};threshold=treated"}


def test_another_rule_derives_and_estimates_nothing_else(
    at: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from trialtrace.run.multiverse import derive_rules, estimates

    run(at, RULES, tmp_path)
    derived, computed = [], []
    derive, estimate = derive_rules.derive_datasets, estimates.estimated
    monkeypatch.setattr(
        derive_rules, "derive_datasets", lambda *given: derived.append(given) or derive(*given)
    )
    monkeypatch.setattr(
        estimates, "estimated", lambda work, name: computed.append(name) or estimate(work, name)
    )
    more = "      fewer: {endpoints: {pain: {where: {pain1: {at_most: 2}}}}, asks: the_same}\n"
    run(at, RULES + more, tmp_path)
    # The rule alone, and together with the threshold.
    assert (len(derived), len(computed)) == (2, 2)
    run(at, RULES, tmp_path)
    assert len(list((tmp_path / "derived").iterdir())) == 3


def test_data_that_were_altered_are_told(at: Project, tmp_path: Path):
    run(at, RULES, tmp_path)
    rule = specified(load_trial("mini", at)).rules
    place, _ = data_of(tmp_path, next(each for each in rule.values() if each))
    with open(place / "bds.parquet", "ab") as file:
        file.write(b"0")
    with pytest.raises(UserError, match=r"bds\.parquet\n.*is not what the run wrote"):
        run_again(at, tmp_path)
    (place / "bds.parquet").unlink()
    with pytest.raises(UserError, match="is not what the run wrote"):
        run_again(at, tmp_path)


def run_again(at: Project, folder: Path) -> None:
    from trialtrace.run.multiverse.run import run_multiverse, work_of

    work = work_of(load_trial("mini", at), at.results / "mini/derived", folder, "code")
    run_multiverse(work, folder)


def test_a_trace_is_of_the_data_of_its_rule(at: Project):
    folder = at.results / "mini/multiverse"
    tables = run(at, RULES, folder)
    trial, settings = specified(load_trial("mini", at)), load_settings(at)
    (row,) = [
        each
        for each in tables["specifications"]
        if each["specification"] == "threshold=treated;outlier=left_out"
    ]
    rule = trial.rules[row["analysis_id"]]
    tracer = SpecifiedTracer(
        trial.ruled(rule),
        at.results / "mini",
        data_of(folder, rule)[0],
        "full",
        RowHashes(trial, settings),
    )
    trace = tracer.trace(row["result_id"])
    (analysed,) = [each for each in trace["rows"] if each["role"] == "analysed"]
    assert analysed["unchanged"] and analysed["n"] == 15
    (variable,) = trace["variables"]
    assert variable["rule"] == "Yes where pain ≥ 3."
    assert (variable["file"], variable["line"]) == ("config/trials/mini/multiverse.yaml", 15)
    assert RULES.splitlines()[14].strip().startswith("endpoints: {pain_any:")
