"""Those who were lost and count as failures are told, with what they would be as successes."""

from types import SimpleNamespace as Stub

import numpy as np
import pytest
from test_report_wording import row, words

from trialtrace.report.sections import lost_sessions, thresholds
from trialtrace.report.sections.lost_sessions import Lost, _lost

OPTIONS = '{"threshold": 0.5, "sides": "greater"}'
# R: binom.test(10, 30)$conf.int, and binom.test(10, 30, alternative = "greater")$p.value 0.9786;
# binom.test(5, 30)$conf.int of those of whom nobody was lost.
ARMS = {"drug": Lost(2, 8, 30), "placebo": Lost(0, 5, 30)}


@pytest.fixture
def material(monkeypatch):
    for where in (lost_sessions, thresholds):
        monkeypatch.setattr(where, "lost_by_arm", lambda *_: ARMS)
    tests = [
        row("p_value.binomial", 0.99, group1_level=arm, group2=None, options=OPTIONS)
        for arm in ARMS
    ]
    return Stub(of=lambda _: tests, arm_label=str.capitalize)


def test_the_lost_are_counted_with_the_decision_as_successes(material):
    told = words(lost_sessions.lost_sessions(material, Stub(name="a", confidence=0.95)))
    assert told == (
        "Lost alive before the end of their sessions, and counted as failures: Drug 2 of 30 and "
        "Placebo 0 of 30. With them as successes, by the exact interval: Drug 10 of 30, 33.3 % "
        "(95 % CI 17.3 to 52.8), p = 0.98; Placebo 5 of 30, 16.7 % (95 % CI 5.6 to 34.7), "
        "p = 1.00."
    )


@pytest.mark.parametrize(("arm", "hangs"), [("drug", True), ("placebo", False)])
def test_an_interval_below_a_threshold_hangs_on_the_lost(material, arm, hangs):
    analysis = Stub(name="a", confidence=0.95, role="primary")
    at = {"ci_level": 0.95, "group1_level": arm}
    share = row("proportion.clopper_pearson", 0.2, ci_low=0.1, ci_high=0.46, **at)
    test = material.of("a")[0]
    told = words(thresholds._beyond(material, analysis, test, [share]))
    assert told.endswith("as long as those who were lost count as failures") is hangs


def test_who_was_seen_to_the_end_never_began_or_died_is_not_lost(monkeypatch):
    """Days of the last contact, the last session at 100: lost at 66 and failed; lost at 66 and a
    success; seen at 300; dead at 40; never began."""
    names = ["lost", "done", "seen", "dead", "none"]
    columns = {
        "USUBJID": np.array(names),
        "TRTP": np.array(["drug", "drug", "seen", "dead", "none"]),
        "CNSR": np.array([1, 1, 1, 0, 1]),
        "AVAL": np.array([66.0, 66.0, 300.0, 40.0, 66.0]),
        "STARTDT": np.array(["2016-09-13"] * 5, dtype="datetime64[D]"),
    }
    failed = {"USUBJID": np.array(["lost", "seen", "dead", "none"])}
    frames = Stub(
        select=lambda dataset, _: Stub(column={"adtte": columns, "bds": failed}[dataset].get)
    )
    start = np.datetime64("2016-09-13").astype(float)
    rows = Stub(
        subject=np.array(names[:4]), numbers=lambda _: start + np.array([65.0, 90.0, 100.0, 30.0])
    )
    monkeypatch.setattr(lost_sessions, "table_rows", lambda *_: rows)
    trial = Stub(populations={"itt": Stub(flag="ITTFL")}, endpoints={"death": Stub(code="DEATH")})
    material = Stub(trial=trial, tracer=Stub(frames=frames))
    entry = Stub(table="sessions", where=None, end=Stub(event="death", date="day"))
    analysis = Stub(estimand=Stub(population="itt"))
    assert _lost(material, analysis, Stub(code="DONE"), entry) == ["drug"]
