"""Numbers of one set of patients: changes between visits, and shares of one table."""

import pytest
from paper import claim


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
