"""What all patients have lies between what the groups have, and is theirs by their sizes."""

import pytest
from paper import claim, read

from trialtrace.audit.prints.registry import findings_of


def told(first, second, both, check):
    sizes = {"training": "30", "control": "30", "all": "60"}
    claims = {
        group: claim(printed, outcome="age", group=group, patients=sizes[group])
        for group, printed in zip(sizes, (first, second, both), strict=True)
    }
    return [one.agreement for one in findings_of("wholes", read(claims)) if one.check == check]


@pytest.mark.parametrize(("both", "expected"), [("5", []), ("9", ["inconsistent"])])
def test_a_median_with_quartiles_lies_between_those_of_the_groups(both, expected):
    """Half of each group have at most the greater of the medians, and so have half of all."""
    first, second = "median (IQR) 4 (2–7)", "median (IQR) 6 (3–9)"
    assert told(first, second, f"median (IQR) {both} (2–12)", "whole.between") == expected


@pytest.mark.parametrize(
    ("both", "expected"),
    [("25%", ["compatible"]), ("27%", ["inconsistent"]), ("35%", ["inconsistent"])],
)
def test_a_share_of_all_is_that_of_the_groups_by_their_sizes(both, expected):
    """19.5 to 20.5 and 29.5 to 30.5 of 30 each are 24.5 to 25.5 of 60."""
    assert told("20%", "30%", both, "whole.share") == expected
