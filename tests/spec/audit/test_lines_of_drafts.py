"""Numbers of a draft that break what the others of their row or column keep are asked about."""

import pytest

from trialtrace.cli import main

HEAD = """papers: {paper: "A trial"}
groups: {a: {label: "Old"}, b: {label: "New"}}
outcomes:
"""
CLAIM = """  c{row}_{column}:
    from: paper
    place: "table 1, row {row}, column {column}"
    label: "Row {row}"
    printed: "{printed}"
    about: {{outcome: o{row}, {whose}}}
    unconfirmed: "read"
    chance: "0.95"
"""
OF_A, COMPARED = "group: a", "compare: [a, b], measure: mean_difference"


def said(tmp_path, capsys, rows, whose):
    """What is told of a table, each row its cells: of one group at several visits, or compared."""
    text = HEAD + "".join(f'  o{row}: {{label: "Row {row}"}}\n' for row in range(len(rows)))
    text += "claims:\n"
    for row, cells in enumerate(rows):
        for column, printed in enumerate(cells):
            at = f', visit: "Week {column}"' if len(cells) > 1 else ""
            text += CLAIM.format(row=row, column=column, printed=printed, whose=whose + at)
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    main(["audit", str(path), "--trust"])
    told = " ".join(capsys.readouterr().out.split())
    path.write_text(text + 'confirmed: ["table 1"]\n', encoding="utf-8")
    main(["audit", str(path)])
    assert "Read right?" not in capsys.readouterr().out
    return told


# 1.5 lies in the middle of 0.5 to 2.5; 2.0 of 0.5 to 4.5 would be 2.5, and is none on a log scale
# either: the root of 0.5 times 4.5 is 1.5.
@pytest.mark.parametrize(
    ("last", "asked"),
    [
        ("difference 2.0 (95% CI 0.5 to 4.5)", True),
        ("difference 2.5 (95% CI 0.5 to 4.5)", False),
        ("difference 1.5 (95% CI 0.5 to 4.5)", False),
        ("difference -2.0 (95% CI -3.0 to 1.0)", True),
    ],
    ids=["off", "middle", "middle of logarithms", "off below 0"],
)
def test_an_estimate_off_the_middle_of_its_interval_where_others_are_in_it(
    tmp_path, capsys, last, asked
):
    others = ["difference 1.5 (95% CI 0.5 to 2.5)", "difference -0.2 (95% CI -1.2 to 0.8)"]
    rows = [[one] for one in (*others, last)]
    told = said(tmp_path, capsys, rows, COMPARED)
    assert ("does not lie in the middle of its interval" in told) == asked
    assert ("as 2 of 3 estimates of its table do" in told) == asked


# Of 40 patients 9 are 22.5 %; of 45 they are 20.0 %.
@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (["10 (25.0%)", "20 (50.0%)", "3 (7.5%)", "37 (92.5%)", "9 (20.0%)"], True),
        (["10 (25.0%)", "20 (50.0%)", "3 (7.5%)", "37 (92.5%)", "9 (22.5%)"], False),
        (["10 (22.2%)", "20 (50.0%)", "3 (7.5%)", "37 (92.5%)", "9 (20.0%)"], False),
    ],
    ids=["one of others", "all of 40", "two of others"],
)
def test_a_count_of_other_patients_than_its_column(tmp_path, capsys, cells, asked):
    told = said(tmp_path, capsys, [[one] for one in cells], OF_A)
    assert ("4 counts of its column print as percentages of 40; this does not." in told) == asked


# Deviations of 10 to 11 let no 25 expect, and means of 60 to 62 with them no 20.
@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (["60 (10)", "61 (10.5)", "62 (25)", "61 (11)"], "spread"),
        (["60 (10)", "61 (10.5)", "20 (10)", "61 (11)"], "mean"),
        (["60 (10)", "61 (10.5)", "64 (12)", "61 (11)"], None),
        (["60 (10)", "10 (1.5)", "64 (20)", "900 (90)"], None),
    ],
    ids=["spread", "mean", "alike", "of many scales"],
)
def test_a_mean_or_spread_far_from_those_in_its_row(tmp_path, capsys, cells, what):
    told = said(tmp_path, capsys, [[f"mean (SD) {one}" for one in cells]], OF_A)
    for name in ("spread", "mean"):
        assert (f"Its {name} lies far from those beside it" in told) == (name == what)


def test_a_column_of_items_is_a_line_and_one_of_other_scales_is_none(tmp_path, capsys):
    items = ["3.9 (0.8)", "3.7 (0.9)", "4.1 (0.7)", "3.2 (0.9)", "3.6 (0.8)"]
    rows = [[f"mean (SD) {one}"] for one in items]
    assert "Its spread lies far" in said(tmp_path, capsys, [*rows, ["mean (SD) 3.5 (4.8)"]], OF_A)
    # Five times as wide about a mean that is five times as large.
    other = said(tmp_path, capsys, [*rows, ["mean (SD) 18.0 (4.4)"]], OF_A)
    assert "lies far" not in other


# Of 640, 512, 733 and 691 patients 277, 118, 402 and 310 are 43.3, 23.0, 54.8 and 44.9 %.
@pytest.mark.parametrize(("last", "asked"), [("310 (44.9%)", False), ("310 (49.4%)", True)])
def test_percentages_of_the_counts_of_another_column(tmp_path, capsys, last, asked):
    shares = ["277 (43.3%)", "118 (23.0%)", "402 (54.8%)", last]
    rows = [*zip(("640", "512", "733", "691"), shares, strict=True)]
    told = said(tmp_path, capsys, rows, OF_A)
    assert ("310 of 691 is 44.86 %, while 49.4 % is printed; 3 of the 4 rows" in told) == asked


# In four rows the second number is the first and the third together; 40.0 and 4.0 are 44.0.
@pytest.mark.parametrize(("last", "asked"), [("7.0", True), ("4.0", False)])
def test_a_row_that_does_not_add_up_as_the_others_do(tmp_path, capsys, last, asked):
    rows = [["41.2", "46.0", "4.8"], ["20.0", "17.5", "-2.5"], ["9.1", "12.3", "3.2"]]
    rows += [["33.0", "31.0", "-2.0"], ["40.0", "44.0", last]]
    told = said(tmp_path, capsys, [[f"mean {one}" for one in row] for row in rows], OF_A)
    assert ("4 of the 5 rows of its table add up" in told) == asked
    assert ("40.0 + 7.0 = 47.0, while 44.0 is printed" in told) == asked


# 12 of 18 are 66.67 % and of 19 63.16 %, none is 64.28 %; 18 of 28 are 64.2857 %, cut off 64.28 %.
@pytest.mark.parametrize(("cell", "asked"), [("12 (64.28%)", True), ("18 (64.28%)", False)])
def test_a_percentage_of_no_number_of_patients(tmp_path, capsys, cell, asked):
    told = said(tmp_path, capsys, [[cell]], OF_A)
    assert ("Of no number of patients is its percentage that of its count" in told) == asked


@pytest.mark.parametrize(("last", "asked"), [("9.52", True), ("0.52", False)])
def test_a_number_alone_far_from_its_row(tmp_path, capsys, last, asked):
    row = [f"mean {one}" for one in ("0.16", "0.46", "0.33", "0.32", "0.70", last)]
    told = said(tmp_path, capsys, [row], OF_A)
    assert ("Its value lies far from those beside it" in told) == asked


@pytest.mark.parametrize(("whole", "asked"), [("36", False), ("76", True)])
def test_a_number_that_the_others_of_its_row_make_together(tmp_path, capsys, whole, asked):
    row = [f"mean {one}" for one in (whole, "11", "12", "13")]
    told = said(tmp_path, capsys, [row], OF_A)
    assert ("Its value lies far from those beside it" in told) == asked


def test_a_ratio_of_which_an_end_rounds_to_nothing_has_no_z(tmp_path, capsys):
    rows = [["hazard ratio 0.00 (95% CI 0.01 to 0.02), P = 0.5"]]
    assert "lets expect z" not in said(tmp_path, capsys, rows, "compare: [a, b]")
