"""No more patients are behind a number of a group than it has: true, false and borderline."""

import pytest
from paper import TWO, claim

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings

TREATED = {"treated": {"label": "Treated", "sizes": {"training": "27"}}}
OPEN = {"treated": {"label": "Treated"}}
BESIDE = {"b": claim("9 (30%)", outcome="event", group="control")}


def agreements(claims, populations=None, label="Event"):
    whole = {
        "papers": {"main": "A paper"},
        "groups": TWO,
        "outcomes": {"event": {"label": label}},
        "populations": populations or {},
        "claims": claims,
    }
    found = [one for one in findings(ledger(whole)) if one.check == "size.denominator"]
    return [(one.claim, one.agreement, one.remark) for one in found]


@pytest.mark.parametrize(
    ("printed", "more", "populations", "told"),
    [
        ("12 of 30 (40.0%)", {}, None, None),
        ("12 of 31 (38.7%)", {}, None, "inconsistent"),
        ("12 (40.0%)", {"n": "31"}, None, "inconsistent"),
        ("12 (40%)", {}, None, None),  # 12 of 30
        ("20 (66%)", {}, None, None),  # 20 of 30 is 66.7 %: cut off
        ("12 of 27 (44.4%)", {"population": "treated"}, TREATED, None),
        ("12 of 28 (42.9%)", {"population": "treated"}, TREATED, "inconsistent"),
        ("12 of 28 (42.9%)", {}, TREATED, None),  # of which population it is nobody says
        ("12 of 31 (38.7%)", {"population": "treated"}, OPEN, "remark"),
        ("mean 3.1", {"n": "31"}, None, "inconsistent"),
    ],
)
def test_a_group_has_no_more_patients_than_were_randomised_to_it(printed, more, populations, told):
    about = {"patients" if key == "n" else key: value for key, value in more.items()}
    made = claim(printed, outcome="event", group="training", **about)
    found = agreements({"a": made}, populations)
    if told is None:
        assert not found
    else:
        assert found == [("a", "not_checkable" if told == "remark" else told, told == "remark")]


@pytest.mark.parametrize("label", ["Cured eyes", "Episodes of pain", "Positive samples"])
def test_what_a_patient_has_several_of_is_a_remark(label):
    made = {"a": claim("12 of 31 (38.7%)", outcome="event", group="training")}
    assert agreements(made, label=label) == [("a", "not_checkable", True)]


@pytest.mark.parametrize(
    ("printed", "beside", "found"),
    [
        ("21 (60%)", BESIDE, [("a", "inconsistent", False)]),  # of 35
        ("21 (60%)", {}, [("a", "not_checkable", True)]),  # of 35 with the outcome, as of a row
        ("18 (60%)", BESIDE, []),
    ],
)
def test_the_denominators_of_a_count_and_percentage_are_no_more_either(printed, beside, found):
    made = {"a": claim(printed, outcome="event", group="training"), **beside}
    assert agreements(made) == found


def test_the_percentages_of_a_row_are_no_shares_of_their_groups():
    """24 and 12 of all 36."""
    made = {
        "a": claim("24 (66.7%)", outcome="event", group="training"),
        "b": claim("12 (33.3%)", outcome="event", group="control"),
    }
    assert agreements(made) == []
