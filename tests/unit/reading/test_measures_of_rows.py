"""What an estimate is of that its head alone does not tell: marks, two measures in a head, signs,
effect sizes; and shares that may be means."""

import pytest
from drafted_sides import read

from trialtrace.audit.reading.compared import BELOW_0
from trialtrace.audit.reading.comparisons import OF_EITHER, TURNED
from trialtrace.audit.reading.paper import Table
from trialtrace.audit.reading.tables import MEAN_OR_SHARE

HEADS = ("", "Mulch (n = 60)", "Bare (n = 60)")
SPROUTED = ("Sprouted, n (%)", "30 (50.0)", "20 (33.3)", "1.50 (0.97 to 2.33)")
WEIGHT = ("Weight, g, mean (SD)", "212 (86)", "188 (91)")
ORDER = "the order of the groups is guessed"


def told(*rows, caption="Table 2. Seeds", notes=""):
    made = read(Table("table 2", caption, tuple(map(tuple, rows)), 1, notes))
    return [(one.printed, one.compare, one.measure, one.doubts) for one in made.items.values()]


@pytest.mark.parametrize(
    ("cell", "notes", "printed", "doubts"),
    [
        ("24 (-8 to 56)*", "*Mean difference (95% CI).", "mean difference 24", ()),
        ("24 (8 to 56)†", "* P < 0.05. † Difference", "difference 24", ()),
        ("1.2 (1.1 to 1.3)*", "* Difference significant at 5%.", "risk ratio 1.2", ()),
        ("1.2 (1.1 to 1.3)", "* Mean difference", "risk ratio 1.2", ()),
        ("24 (-8 to 56)", "", "difference 24", (BELOW_0,)),
    ],
)
def test_a_mark_tells_which_measure_a_cell_has(cell, notes, printed, doubts):
    head = (*HEADS, "Risk ratio (95% CI)")
    found = told(head, SPROUTED, (*WEIGHT, cell), notes=notes)
    assert found[2][0].startswith("risk ratio 1.50")
    assert found[-1][0].startswith(f"{printed} (95% CI ")
    assert found[-1][3] == (*doubts, ORDER)


def test_of_two_measures_in_a_head_none_turns_the_groups():
    row = ("Rotten, n (%)", "12 (20.0)", "20 (33.3)", "0.60 (0.32 to 1.12)")
    for head in ("Risk ratio or difference (95% CI)", "RR or mean difference (95% CI)"):
        (found,) = [one for one in told((*HEADS, head), row) if one[1]]
        assert found[:2] == ("0.60 (95% CI 0.32 to 1.12)", ("mulch", "bare"))
        assert found[3] == (OF_EITHER, ORDER)


def test_effect_sizes_are_no_differences():
    assert told((*HEADS, "Effect size d"), (*WEIGHT, "0.27"))[-1][0].startswith("standardised")
    heads = (("", *HEADS[1:], "Effect", "Effect"), ("", "", "", "p", "g"))
    table = Table("table 2", "Seeds", (*heads, (*WEIGHT, "0.14", "0.27")), 2, "g = Hedges' g.")
    made = [one.printed for one in read(table).items.values()]
    assert made[-1].startswith("standardised mean difference 0.27")
    assert TURNED not in told((*HEADS, "Effect size d"), (*WEIGHT, "0.27"))[-1][3]


@pytest.mark.parametrize(
    ("caption", "doubted"),
    [
        ("Composition of hay (least squares means)", True),
        ("Composition of hay by means of sieves", False),
        ("Composition: means or percentages", False),
    ],
)
def test_a_mean_in_per_cent_is_no_share_without_a_doubt(caption, doubted):
    (first, _) = told(HEADS, ("Fibre, %", "3.92", "3.88"), caption=caption)
    assert (MEAN_OR_SHARE in first[3]) == doubted
