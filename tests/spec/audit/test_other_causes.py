"""What another cause than an error explains as well is asked, and accuses nobody."""

import pytest
from paper import OUTCOMES, TWO, claim, read

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.verdicts.audit import verdicts


def changes(printed, spread="SD"):
    """Baseline, end and change of both groups, of 60 patients each."""
    claims = {}
    for group, values in zip(("training", "control"), printed, strict=True):
        about = {"outcome": "age", "group": group, "patients": "60"}
        for name, value, visit in zip("sec", values, ("baseline", "w", "w"), strict=True):
            more = {"change": True} if name == "c" else {}
            text = f"mean ({spread}) {value} ({4.0 if spread == 'SD' else 0.5})"
            claims[f"{group}_{name}"] = claim(text, visit=visit, **about, **more)
    return claims


@pytest.mark.parametrize(
    ("printed", "spread", "agreement"),
    [
        # Ends of both groups exchanged: 50.1 to 44.0 and 50.3 to 49.2.
        ((("50.1", "49.2", "-6.1"), ("50.3", "44.0", "-1.1")), "SD", "inconsistent"),
        ((("50.1", "49.2", "-6.1"), ("50.3", "44.0", "-1.1")), "SE", "inconsistent"),
        # Off by 0.4, as an adjusted change or one of other patients may be.
        ((("50.1", "47.2", "-2.5"), ("50.3", "47.8", "-2.9")), "SE", "not_checkable"),
        ((("50.1", "47.2", "-2.5"), ("50.3", "47.8", "-2.9")), "SD", "not_checkable"),
        # Off by as much as the groups differ at baseline, for which a model may adjust.
        ((("50.1", "44.0", "-3.0"), ("53.2", "50.1", "-6.2")), "SE", "not_checkable"),
    ],
)
def test_changes_are_exchanged_where_nothing_else_makes_them_so(judged, printed, spread, agreement):
    every = findings(read(changes(printed, spread)))
    found = [one for one in every if one.check == "change.exchanged"]
    assert {one.agreement for one in found} == {agreement}
    assert all("exchanged, both changes are the end less the baseline" in f.sentence for f in found)


@pytest.mark.parametrize(
    ("printed", "more", "agreement"),
    [
        ("36.6%", {}, "alternative"),  # 11 of 30 is 36.67
        ("36.5%", {}, "inconsistent"),
        # Another number of the paper is rounded: 20 of 30 is 66.67.
        ("36.6%", {"b": claim("20/30 (66.7%)", outcome="event", group="control")}, "inconsistent"),
        ("36.6%", {"b": claim("10/30 (33.3%)", outcome="event", group="control")}, "alternative"),
    ],
)
@pytest.mark.parametrize("about", [{"patients": "30"}, {"population": "itt"}])
def test_a_share_of_no_count_may_be_cut_off(judged, about, printed, more, agreement):
    claims = {"a": claim(printed, outcome="event", group="training", **about)}
    assert judged("a", "percent", claims | more)[0] == agreement


HELP = {
    "a": claim("69%", outcome="event", group="training"),
    "b": claim("53%", outcome="event", group="control"),
}


@pytest.mark.parametrize(
    ("name", "p", "agreement", "words"),
    [
        ("a", "P=.0003", "compatible", "69% of 235, the number randomised, is a count of"),
        # scipy: 162 and 125 of 235 have a χ² p of 0.0005, 163 and 124 one of 0.0002.
        ("p", "P=.0003", "compatible", "With all randomised behind the percentages"),
        ("p", "P=.3", "not_checkable", "With all randomised (235 and 235) it is"),
    ],
)
def test_a_percentage_of_all_randomised_is_judged_without_a_population(name, p, agreement, words):
    groups = {group: given | {"randomised": "235"} for group, given in TWO.items()}
    claims = HELP | {"p": claim(p, outcome="event", compare=["training", "control"])}
    declared = {"papers": {"main": "A"}, "groups": groups, "outcomes": OUTCOMES, "claims": claims}
    whole = ledger(declared)
    every = list(findings(whole))
    rows = {row["claim_id"]: row for row in verdicts(whole, every)}
    assert rows[name]["on_print"] == agreement
    assert any(one.claim == name and words in one.sentence for one in every)


def test_percentages_that_are_not_of_all_randomised_ask_for_their_patients():
    """68.1 % is no share of 30, but of 47 it is 32."""
    groups = {group: given | {"randomised": "60"} for group, given in TWO.items()}
    claims = {
        "a": claim("68.1%", outcome="event", group="training"),
        "b": claim("50.0%", outcome="event", group="control"),
    }
    declared = {"papers": {"main": "A"}, "groups": groups, "outcomes": OUTCOMES, "claims": claims}
    whole = ledger(declared)
    row, _ = verdicts(whole, list(findings(whole)))
    assert row["on_print"] == "not_checkable"
    assert "Not every percentage of training is one of the 60 randomised" in row["print_finding"]
