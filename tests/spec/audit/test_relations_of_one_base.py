"""Numbers of one set of patients: changes between visits, and shares of one table."""

from itertools import combinations

import numpy as np
import pytest
from paper import claim

from trialtrace.audit.prints.paired.changes import moved


def visits(change, sizes=("27", "27", "27"), spread=True):
    own = {"outcome": "score", "group": "training"}
    places = ({"visit": "baseline"}, {"visit": "end"}, {"visit": "end", "change": True})
    means = "mean (SD) 40.2 (8.1)", "mean (SD) 36.1 (7.9)", f"mean {change}"
    return {
        name: claim(
            mean if spread else mean.replace(" (SD)", "").split(" (")[0],
            **own,
            **where,
            **({"patients": n} if n else {}),
        )
        for name, mean, where, n in zip("abc", means, places, sizes, strict=True)
    }


@pytest.mark.parametrize(
    ("change", "more", "agreement"),
    [
        # By hand: 36.05 to 36.15 less 40.15 to 40.25 is -4.2 to -4.0.
        ("(SD) -4.1 (6.0)", {}, "compatible"),
        ("(SD) -4.2 (6.0)", {}, "compatible"),
        ("(SD) -4.3 (6.0)", {}, "inconsistent"),
        ("(SD) 4.1 (6.0)", {}, "inconsistent"),
        # Others may be behind it, or a model's mean.
        ("(SD) -4.3 (6.0)", {"sizes": ("29", "27", "27")}, "not_checkable"),
        ("(SD) -4.3 (6.0)", {"sizes": (None, "27", "27")}, "not_checkable"),
        ("(SD) -4.3 (6.0)", {"sizes": (None, None, None)}, "not_checkable"),
        ("(SD) -4.3 (6.0)", {"spread": False}, "not_checkable"),
        ("(SE) -4.3 (1.2)", {}, "not_checkable"),
    ],
)
def test_a_change_of_the_same_patients_is_the_end_less_the_baseline(
    judged, change, more, agreement
):
    assert judged("c", "value", visits(change, **more))[0] == agreement


@pytest.mark.parametrize(
    ("change", "sizes", "agreement"),
    [
        # By hand: 2 of 29 less, 8.15 × √(2 × 28 / (29 × 27)) = 2.18 beyond -4.2 to -4.0, so that
        # -6.45 is the last; of a number told by the population, two of 27 may lack a value untold,
        # and one at each visit (8.15 + 7.95) × √(26 / (27 × 26)) = 3.10.
        ("(SD) -6.4 (6.0)", ("29", "27", "27"), "not_checkable"),
        ("(SD) -6.5 (6.0)", ("29", "27", "27"), "inconsistent"),
        ("(SD) -1.8 (6.0)", ("29", "27", "27"), "not_checkable"),
        ("(SD) -1.7 (6.0)", ("29", "27", "27"), "inconsistent"),
        ("(SD) -7.3 (6.0)", None, "not_checkable"),
        ("(SD) -7.4 (6.0)", None, "inconsistent"),
        # More with a change than at the end.
        ("(SD) -9.5 (6.0)", ("27", "26", "27"), "not_checkable"),
        # An error or interval: perhaps of a model.
        ("(SE) -9.5 (1.2)", ("27", "27", "27"), "not_checkable"),
    ],
)
def test_patients_with_one_value_move_a_change_so_far_and_no_further(
    judged, change, sizes, agreement
):
    claims = visits(change, sizes=sizes or (None,) * 3)
    if sizes is None:
        for one in claims.values():
            one["about"]["population"] = "treated"
    assert judged("c", "value", claims)[0] == agreement


@pytest.mark.parametrize(
    ("other", "own", "agreement"),
    [
        # 27 patients with errors of 1.50 and 1.60, deviations up to 8.05 and 8.57: one of 27 each
        # without a value moves a change by (8.05 + 8.57) × √(26 / (27 × 26)) = 3.2.
        ("-4.1", "-9.5", "inconsistent"),
        ("-4.1", "-6.5", "not_checkable"),
        # The other group's change is no end less baseline either.
        ("-4.3", "-9.5", "not_checkable"),
    ],
)
def test_a_change_that_is_plain_in_the_other_groups_is_not_adjusted(judged, other, own, agreement):
    claims = {
        f"{group}_{name}": claim(f"mean (SE) {mean}", outcome="score", group=group, **where)
        for group, change in (("control", other), ("training", own))
        for name, mean, where in (
            ("a", "40.2 (1.50)", {"visit": "baseline"}),
            ("b", "36.1 (1.60)", {"visit": "end"}),
            ("c", f"{change} (1.2)", {"visit": "end", "change": True}),
        )
    }
    for one in claims.values():
        one["about"]["population"] = "treated"
    assert judged("training_c", "value", claims)[0] == agreement


def test_no_choice_of_patients_moves_a_mean_further():
    rng = np.random.default_rng(5)
    for n, k in ((6, 1), (6, 3), (8, 2), (8, 5)):
        values = rng.normal(50, 9, n)
        s = values.std(ddof=1)
        means = [np.mean(left) for left in combinations(values, n - k)]
        assert max(abs(mean - values.mean()) for mean in means) <= moved(s, n, k) + 1e-9
    # Reached where those left out are alike, and so are the others.
    values = np.array([0.0, 0.0, 0.0, 5.0, 5.0])
    assert moved(values.std(ddof=1), 5, 2) == pytest.approx(values.mean())


def stages(third, place="table"):
    """27 and 29 patients: stages I and II by column, stage III as given, of 8 and 12."""
    shares = {"I": ("9 (33.3%)", "7 (24.1%)"), "II": ("10 (37.0%)", "10 (34.5%)"), "III": third}
    return {
        f"{group}_{stage}": claim(
            printed,
            place if stage == "III" else "table",
            outcome="event",
            category=stage,
            group=group,
            population="treated",
        )
        for stage, both in shares.items()
        for group, printed in zip(("training", "control"), both, strict=True)
    }


@pytest.mark.parametrize(
    ("third", "place", "agreement"),
    [
        (("8 (29.6%)", "12 (41.4%)"), "table", "exact"),
        # 8 and 12 of 20.
        (("8 (40.0%)", "12 (60.0%)"), "table", "inconsistent"),
        # Elsewhere it may be told of the row.
        (("8 (40.0%)", "12 (60.0%)"), "text", "alternative"),
    ],
)
def test_a_share_of_the_row_among_shares_of_the_column(judged, third, place, agreement):
    assert judged("training_III", "percent", stages(third, place))[0] == agreement


def test_a_table_of_rows_is_another_choice(judged):
    """9 and 7 of 16, 10 and 10 of 20, 8 and 12 of 20."""
    claims = stages(("8 (40.0%)", "12 (60.0%)"))
    rows = {"training_I": "56.3%", "control_I": "43.8%", "training_II": "50.0%"}
    for name, share in (rows | {"control_II": "50.0%"}).items():
        claims[name]["printed"] = f"{claims[name]['printed'].split(' ')[0]} ({share})"
    assert judged("training_III", "percent", claims)[0] == "alternative"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        # 27 and 29 patients, 8 and 12 of 20.
        (("8/27 (29.6%)", "12/29 (41.4%)"), "exact"),
        (("8/27 (40.0%)", "12/29 (60.0%)"), "inconsistent"),
        (("8 (40.0%)", "12 (60.0%)"), "alternative"),
        (("8/20 (40.0%)", "12/20 (60.0%)"), "exact"),
    ],
)
def test_a_share_of_the_row_is_not_one_of_the_printed_denominator(judged, printed, agreement):
    claims = {
        group: claim(one, outcome="event", group=group, population="treated")
        for group, one in zip(("training", "control"), printed, strict=True)
    }
    assert judged("training", "percent", claims)[0] == agreement


def two_changes(ends, changes):
    """At baseline 40.2 and 41.0."""
    found = {}
    for group, start, end, change in zip(
        ("training", "control"), ("40.2", "41.0"), ends, changes, strict=True
    ):
        own = {"outcome": "score", "group": group}
        found[f"{group}_start"] = claim(f"mean {start}", **own, visit="baseline")
        found[f"{group}_end"] = claim(f"mean {end}", **own, visit="end")
        found[f"{group}_change"] = claim(f"mean {change}", **own, visit="end", change=True)
    return found


@pytest.mark.parametrize(
    ("ends", "changes", "wrong"),
    [
        (("36.1", "39.9"), ("-4.1", "-1.1"), set()),
        # 39.9 less 40.2 is -0.3, 36.1 less 41.0 is -4.9.
        (("39.9", "36.1"), ("-4.1", "-1.1"), {"training_end", "control_end"}),
        (("36.1", "39.9"), ("-1.1", "-4.1"), {"training_change", "control_change"}),
        # One of both is right with its number exchanged, by 0.1.
        (("39.9", "36.1"), ("-4.1", "-1.3"), set()),
        (("39.9", "39.9"), ("-4.1", "-1.1"), set()),
    ],
)
def test_both_changes_are_right_with_numbers_exchanged(judged, ends, changes, wrong):
    claims = two_changes(ends, changes)
    found = {name for name in claims if judged(name, "value", claims)[0] == "inconsistent"}
    assert found == wrong


# 36.1 less 40.2 is -4.1; a second visit of day 29 leaves open which is meant.
@pytest.mark.parametrize(
    ("names", "agreement"),
    [
        (("Day 0 Screen", "Day 29 End-of-Study"), "compatible"),
        (("baseline", "day 29 (end)"), "compatible"),
        (("baseline", "Day 28"), "not_checkable"),
        (("baseline", "Day 29 a", "Day 29 b"), "not_checkable"),
        (("baseline", "Day 29 a", "Day 29"), "compatible"),
    ],
)
def test_a_change_is_of_the_visit_of_its_day(judged, names, agreement):
    means = dict(zip(names, ("40.2", *("36.1",) * (len(names) - 1)), strict=True))
    claims = {
        f"v{at}": claim(f"mean (SD) {mean} (9.0)", outcome="score", group="training", visit=name)
        for at, (name, mean) in enumerate(means.items())
    }
    about = {"outcome": "score", "group": "training", "visit": "Day 29", "change": True}
    found, said = judged("c", "value", claims | {"c": claim("mean (SD) -4.1 (8.0)", **about)})
    assert found == agreement
    assert ("was taken for “Day 29”" in said) == (found == "compatible" and "Day 29" not in names)
