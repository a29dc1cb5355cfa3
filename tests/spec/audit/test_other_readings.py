"""Contradictions of drafted tables: another reading of column or row is asked about first."""

import pytest

from trialtrace.cli import main

HEAD = """papers: {paper: "A trial"}
groups: {a: {label: "Old"}, b: {label: "New"}}
outcomes:
"""
CLAIM = """  {name}:
    from: paper
    place: "table 1, row {row}, column {column}"
    label: "{name}"
    printed: "{printed}"
    about: {{outcome: {outcome}, group: {group}, patients: "{n}"}}
    unconfirmed: "read"
    chance: "0.95"
"""
N = {"a": 177, "b": 178}


def table(*rows, n=N):
    """A ledger of a table of two arms, each row (Old's cell, New's cell)."""
    text = HEAD + "".join(f'  o{row}: {{label: "Row {row}"}}\n' for row in range(len(rows)))
    text += "claims:\n"
    for row, cells in enumerate(rows):
        for column, (group, printed) in enumerate(zip("ab", cells, strict=True), 2):
            keys = {"outcome": f"o{row}", "group": group, "n": n[group], "printed": printed}
            text += CLAIM.format(name=f"c{row}{group}", row=row, column=column, **keys)
    return text


# 25, 120 and 33 are 14.0, 67.4 and 18.5 % of 178, and 14.1, 67.8 and 18.6 % of 177.
OF_ANOTHER = table(
    ("25 (14.0%)", "26 (14.6%)"), ("120 (67.4%)", "119 (66.9%)"), ("33 (18.5%)", "32 (18.0%)")
)
# Of 177 these are 25 (14.1), 120 (67.8) and 33 (18.6); the last one is printed as 18.8.
ONE_MISPRINT = table(
    ("25 (14.1%)", "26 (14.6%)"), ("120 (67.8%)", "119 (66.9%)"), ("33 (18.8%)", "32 (18.0%)")
)
# Of 25 patients 23 are 92 %; beside 32.37 (47.62) they are a mean and its deviation.
ROW_OF_MEANS = table(
    ("mean (SD) 32.37 (47.62)", "23 (23.2%)"),
    ("9 (33.3%)", "10 (40.0%)"),
    ("18 (66.7%)", "15 (60.0%)"),
    n={"a": 27, "b": 25},
)
# Shares of time, which no counts of 29 or 28 patients are.
OF_TIME = table(
    ("2.9% (95% CI 2.3 to 4.0)", "5.3% (95% CI 3.5 to 10.0)"),
    ("1.3% (95% CI 0.8 to 2.3)", "2.6% (95% CI 1.9 to 7.2)"),
    n={"a": 29, "b": 28},
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (OF_ANOTHER, "Is “25 (14.0%)” of 177, or of 178?"),
        (ROW_OF_MEANS, "Is “23 (23.2%)” printed in that form, or “mean (SD) 23 (23.2)”?"),
        (OF_TIME, "Is “2.9% (95% CI 2.3 to 4.0)” meant as percent and ci low and ci high?"),
    ],
    ids=["patients of another column", "form of the row", "whole table"],
)
def test_a_reading_that_agrees_better_is_asked_about(tmp_path, capsys, text, asked):
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["audit", str(path), "--trust"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert asked in out and "Internal consistency, count, percent: inconsistent" not in out


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        # 54.2 less 48.0 is 6.2, the other way round -6.2.
        ("-6.2", "-6.2 is the difference with the groups the other way round."),
        ("-5.2", "Is “difference -5.2” of Old against New?"),
        ("5.2", "Is “difference 5.2” of Old against New?"),
    ],
)
def test_the_order_of_groups_is_in_question_where_the_other_agrees(
    tmp_path, capsys, printed, asked
):
    means = table(("mean (SD) 54.2 (11.0)", "mean (SD) 48.0 (10.0)"))
    effect = CLAIM.format(
        name="effect",
        row=0,
        column=4,
        printed=f"difference {printed}",
        outcome="o0",
        group="",
        n="",
    )
    about = effect.replace('group: , patients: ""', "compare: [a, b], measure: mean_difference")
    path = tmp_path / "ledger.yaml"
    doubted = about.replace('"read"', '"the order of the groups is guessed"')
    path.write_text(means + doubted, encoding="utf-8")
    main(["audit", str(path), "--trust"])
    assert asked in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "text", [ONE_MISPRINT, OF_ANOTHER + 'confirmed: ["table 1"]\n'], ids=["misprint", "confirmed"]
)
def test_a_misprint_among_numbers_that_agree_and_what_is_confirmed_are_contradictions(
    tmp_path, capsys, text
):
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["audit", str(path), "--trust"]) == 1
    out = capsys.readouterr().out
    assert "inconsistent" in out and "Read right?" not in out


def test_what_one_relation_contradicts_all_over_a_table_is_one_question(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    path.write_text(OF_TIME, encoding="utf-8")
    assert main(["audit", str(path), "--trust", "--format", "editor"]) == 0
    page = capsys.readouterr().out
    reader = page.partition("<h2>Questions to the reader</h2>")[2].partition("<h2>")[0]
    assert reader.count("<ul>") == 1 and reader.count("“") == 4
    assert "Questions to the authors" not in page


# Of 30 patients a ratio of variances of 6.25 has p = 4.1e-6, and one of 4 has 3.6e-4 (R:
# 2 * pf(6.25, 29, 29, lower = FALSE)). Means of a deviation of 5 have an error of 1.29 between
# them: 7.5 are 5.8 of these.
@pytest.mark.parametrize(
    ("cells", "baseline", "asked"),
    [
        (("mean (SD) 60.0 (10.0)", "mean (SD) 61.0 (4.0)"), False, "deviation"),
        (("mean (SD) 60.0 (10.0)", "mean (SD) 61.0 (5.0)"), False, None),
        (("mean (SD) 60.0 (5.0)", "mean (SD) 67.5 (5.0)"), True, "mean"),
        (("mean (SD) 60.0 (5.0)", "mean (SD) 67.5 (5.0)"), False, None),
        (("mean (SD) 60.0 (5.0)", "mean (SD) 75.5 (5.0)"), False, "mean"),
    ],
    ids=["spread", "spread by chance", "before treatment", "effect", "far apart"],
)
def test_a_number_unlike_its_row_is_asked_about(tmp_path, capsys, cells, baseline, asked):
    path = tmp_path / "ledger.yaml"
    text = table(cells, n={"a": 30, "b": 30})
    if baseline:
        text = text.replace('label: "Row 0"', 'label: "Row 0", baseline: true')
    path.write_text(text, encoding="utf-8")
    assert main(["audit", str(path), "--trust"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert (f"Its {asked} is unlike that of the other groups" in out) == (asked is not None)
    assert ("Read right?" in out) == (asked is not None)
    path.write_text(text + 'confirmed: ["table 1"]\n', encoding="utf-8")
    assert main(["audit", str(path)]) == 0 and "unlike" not in capsys.readouterr().out


def test_whether_a_number_is_printed_right_is_asked_until_it_is_answered(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    text = table(("mean (SD) 60.0 (10.0)", "mean (SD) 61.0 (4.0)"), n={"a": 30, "b": 30})
    text = text.replace("    unconfirmed:", '    quote: "as printed"\n    unconfirmed:')
    path.write_text(text + 'confirmed: ["table 1"]\n', encoding="utf-8")
    assert main(["audit", str(path), "--format", "editor"]) == 0
    page = capsys.readouterr().out
    authors = page.partition("<h2>Questions to the authors</h2>")[2]
    assert "printed right beside mean (SD) 61.0 (4.0)" in authors and "reader</h2>" not in page
    assert main(["audit", str(path)]) == 0 and "Printed right?" in capsys.readouterr().out
    answered = text.replace("    unconfirmed:", '    answered: "so it is"\n    unconfirmed:')
    path.write_text(answered + 'confirmed: ["table 1"]\n', encoding="utf-8")
    assert main(["audit", str(path)]) == 0 and "unlike" not in capsys.readouterr().out
