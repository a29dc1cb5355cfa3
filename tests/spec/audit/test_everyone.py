"""What those who were not analysed could change: told where not everyone can have been analysed."""

from paper import THREE, claim, read

from trialtrace.audit.prints.registry import findings

ITT = {"outcome": "event", "population": "itt"}


def remarks(smt, tau):
    whole = read(
        {"smt": claim(smt, group="smt", **ITT), "tau": claim(tau, group="tau", **ITT)}, THREE
    )
    return [one.sentence for one in findings(whole) if one.check == "headline.everyone"]


def test_counts_of_fewer_than_all_leave_a_range():
    # 12 to 27 of 55 and 24 to 40 of 50, had nobody or everyone of the others had it.
    (text,) = remarks("12/40 (30.0%)", "24/34 (70.6%)")
    assert "21.8 to 49.1 %" in text and "48.0 to 80.0 %" in text
    assert "overlap with the only set of counts" in text


def test_everyone_analysed_in_one_group_leaves_it_where_it_is():
    (text,) = remarks("12/40 (30.0%)", "35/50 (70.0%)")
    assert "usual care 70.0 %;" in text and "overlap" not in text


def test_percentages_that_all_can_have_are_no_remark():
    assert remarks("30.9%", "70.0%") == []
