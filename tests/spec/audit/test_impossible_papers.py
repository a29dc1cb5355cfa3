"""A paper may print anything: the audit judges it, and never stops on it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import claim, read

from trialtrace.audit.verdicts.audit import audit_ledger

NUMBERS = st.sampled_from(["0", "1", "3", "12", "29", "30", "31", "140", "1000"])
SHARES = st.sampled_from(["0", "0.0", "3.3", "40", "50.0", "99.9", "100", "103.3", "250"])
SIGNED = st.sampled_from(["-2.5", "-0.50", "0", "0.00", "0.45", "0.72", "1", "1.00", "1.7", "40.2"])
P = st.sampled_from(["", ", P = 0", ", P = .04", ", P<0.001", ", P = 1", ", P = 1.2", ", P = n.s."])
BELOW = st.sampled_from([None, "treated", "itt", "pp"])
MEASURES = [
    "risk_difference",
    "risk_ratio",
    "odds_ratio",
    "hazard_ratio",
    "mean_difference",
    "number_needed_to_treat",
    "relative_reduction",
]


@st.composite
def groups(draw, group):
    x, n, share, mean, sd = (draw(s) for s in (NUMBERS, NUMBERS, SHARES, SIGNED, SIGNED))
    printed, outcome = draw(
        st.sampled_from(
            [
                (f"{x}/{n} ({share}%)", "event"),
                (f"{x} ({share}%)", "event"),
                (x, "event"),
                (f"{share}%", "event"),
                (f"{x} of {n}", "event"),
                (f"{mean} ± {sd}", "age"),
                (f"mean (SD) {mean} ({sd})", "score"),
                (f"median (IQR) {mean} ({sd}–{x})", "score"),
            ]
        )
    )
    more = {"population": draw(BELOW), "patients": draw(st.sampled_from([None, n]))}
    return claim(printed, group=group, outcome=outcome, **{k: v for k, v in more.items() if v})


@st.composite
def comparisons(draw):
    value, low, high, p = draw(SIGNED), draw(SIGNED), draw(SIGNED), draw(P)
    outcome = draw(st.sampled_from(["event", "age", "score"]))
    about = {"outcome": outcome, "compare": ["training", "control"]}
    if draw(st.booleans()):
        return claim(p.removeprefix(", ") or "P = 0.5", **about)
    interval = draw(st.sampled_from(["", f" (95% CI {low} to {high})"]))
    return claim(f"{value}{interval}{p}", measure=draw(st.sampled_from(MEASURES)), **about)


@settings(max_examples=300)
@given(groups("training"), groups("control"), groups("training"), comparisons(), comparisons())
def test_the_audit_judges_whatever_is_printed(first, second, third, one, other):
    whole = read(dict(zip("abcde", (first, second, third, one, other), strict=True)))
    rows = audit_ledger(whole).rows
    assert {row["claim_id"] for row in rows} == set("abcde")


@pytest.mark.parametrize("count", ["140 (40%)", "140"])
def test_a_count_above_its_size_is_the_finding(judged, count):
    claims = {
        "a": claim(count, outcome="event", group="training", patients="100"),
        "b": claim("20%", outcome="event", group="control"),
        "p": claim("P = 0.2", outcome="event", compare=["training", "control"]),
    }
    assert judged("a", "count" if "(" in count else "value", claims)[0] == "contradicts"
