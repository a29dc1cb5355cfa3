"""Numbers of a draft that break what rows, columns and sentences of a paper keep between groups."""

import pytest

from trialtrace.cli import main

HEAD = """papers: {paper: "A trial"}
groups: {a: {label: "Old"}, b: {label: "New"}}
outcomes:
"""
CLAIM = """  c{n}:
    from: paper
    place: "{place}"
    label: "Number {n}"
    printed: "{printed}"
    about: {{outcome: {outcome}, {whose}}}
    unconfirmed: "read"
    chance: "0.95"
"""
A, B, BOTH = "group: a", "group: b", "compare: [a, b], measure: risk_ratio"


def asked(tmp_path, capsys, cells, *, baseline=False, word=""):
    """What is told of cells, each (place, printed, whose), of outcomes with a `word` in common."""
    more = ", baseline: true" if baseline else ""
    outcomes = {place: f"o{n}" for n, place in enumerate(dict.fromkeys(_line(c) for c in cells))}
    text = HEAD + "".join(
        f'  {name}: {{label: "{word}{name}"{more}}}\n' for name in outcomes.values()
    )
    text += "claims:\n"
    for n, cell in enumerate(cells):
        place, printed, whose = cell
        outcome = outcomes[_line(cell)]
        text += CLAIM.format(n=n, place=place, printed=printed, whose=whose, outcome=outcome)
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    main(["audit", str(path), "--trust"])
    return " ".join(capsys.readouterr().out.split())


def _line(cell):
    return cell[0].rpartition(", column")[0] or cell[0]


def table(rows, whose=None):
    """Cells of a table, its rows from 2 and its columns from 2 on."""
    return [
        (f"table 1, row {row}, column {column}", printed, (whose or {}).get(column, A))
        for row, own in enumerate(rows, 2)
        for column, printed in enumerate(own, 2)
    ]


# 22.9 over 25.4 is 0.902, 28.5 over 31.6 0.902, 30.4 over 33.1 0.918, 21.4 over 20.7 1.034; 22.1
# over 25.0 is 0.884, and over 21.0 1.052.
@pytest.mark.parametrize(("last", "told"), [("21.0", True), ("25.0", False)])
def test_an_estimate_that_is_not_the_quotient_as_others_are(tmp_path, capsys, last, told):
    rows = [("22.9", "25.4", "0.90"), ("28.5", "31.6", "0.90"), ("30.4", "33.1", "0.92")]
    rows += [("21.4", "20.7", "1.03"), ("22.1", last, "0.89")]
    cells = [[f"{a}%", f"{b}%", f"risk ratio {ratio}"] for a, b, ratio in rows]
    found = asked(tmp_path, capsys, table(cells, {3: B, 4: BOTH}))
    assert ("22.1 / 21.0 = 1.052, while 0.89 is printed" in found) == told
    assert ("4 of the 5 rows of its table agree" in found) == told


# Three groups and all of them: 12 + 14 + 11 = 37, 30 + 28 + 33 = 91, 7 + 9 + 5 = 21, 40 + 38 + 41 =
# 119; 21 + 19 + 25 = 65.
@pytest.mark.parametrize(("last", "told"), [("68", True), ("65", False)])
def test_a_total_of_three_groups(tmp_path, capsys, last, told):
    rows = [("12", "14", "11", "37"), ("30", "28", "33", "91"), ("7", "9", "5", "21")]
    rows += [("40", "38", "41", "119"), ("21", "19", "25", last)]
    found = asked(tmp_path, capsys, table(rows))
    assert ("21 + 19 + 25 = 65, while 68 is printed; 4 of the 5 rows of" in found) == told


# 21 + 15 = 36, 12 + 30 = 42, 25 + 25 = 50, 14 + 17 = 31; 18 + 16 = 34.
@pytest.mark.parametrize(("last", "told"), [("39", True), ("34", False)])
def test_a_row_of_totals(tmp_path, capsys, last, told):
    rows = [("21", "12", "25", "14", "18"), ("15", "30", "25", "17", "16")]
    found = asked(tmp_path, capsys, table([*rows, ("36", "42", "50", "31", last)]))
    assert ("18 + 16 = 34, while 39 is printed; 4 of the 5 columns of" in found) == told


# 26 + 74 = 100, 5 + 21 + 74 = 100, 6 + 24 + 70 = 100; 15 + 20 + 35 = 70.
@pytest.mark.parametrize(("last", "told"), [("35", True), ("65", False)])
def test_percentages_of_a_section_that_make_100_in_other_columns(tmp_path, capsys, last, told):
    rows = [("0", "5", "6", "15"), ("26", "21", "24", "20"), ("74", "74", "70", last)]
    found = asked(tmp_path, capsys, table([[f"{one}%" for one in row] for row in rows]))
    assert ("3 percentages of its section add up to 70 %; in 3 other columns" in found) == told


# 36 of 36 + 64 are 36 %, 12 of 48 25 %, 45 of 90 50 %, 27 of 90 30 %; 135 of 252 are 53.6 %, 195 of
# 312 62.5 %.
@pytest.mark.parametrize(("count", "told"), [("195", True), ("135", False)])
def test_percentages_of_the_row_are_those_of_its_counts(tmp_path, capsys, count, told):
    rows = [("36 (36.0%)", "64 (64.0%)"), ("12 (25.0%)", "36 (75.0%)")]
    rows += [("45 (50.0%)", "45 (50.0%)"), ("27 (30.0%)", "63 (70.0%)")]
    rows += [(f"{count} (53.6%)", "117 (46.4%)")]
    found = asked(tmp_path, capsys, table(rows, {3: B}))
    assert ("The percentages are of the row in 4 of 5 rows" in found) == told


# Of 25 factors each is 4 % of the variance: 7.213 / 0.25 = 28.85, 2.005 / 0.25 = 8.02.
@pytest.mark.parametrize(("last", "told"), [("9.596", True), ("7.596", False)])
def test_a_column_that_is_a_multiple_of_another(tmp_path, capsys, last, told):
    rows = [("7.213", "28.851"), ("2.005", "8.019"), ("1.674", "6.696"), ("1.500", "6.000")]
    rows = [[f"mean {one}" for one in row] for row in [*rows, ("1.899", last)]]
    found = asked(tmp_path, capsys, table(rows))
    assert (
        "another multiple of 9.596 than those of its column are, while 1.899 is" in found
    ) == told


def test_columns_that_differ_in_their_signs_are_no_multiples(tmp_path, capsys):
    rows = [("81.2", "-4.61"), ("40.3", "-1.92"), ("77.0", "-8.83"), ("65.4", "-2.04")]
    rows = [[f"mean {one}" for one in row] for row in [*rows, ("58.1", "1.77")]]
    assert "another multiple" not in asked(tmp_path, capsys, table(rows))


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (("10.0 ± 2.5", "19.4 ± 5.2"), True),
        (("10.0 ± 2.8", "19.4 ± 5.2"), False),
        (("10.0 ± 7.3", "19.4 ± 5.2"), False),
        (("11.4 ± 2.5", "19.4 ± 5.2"), False),
    ],
    ids=["one digit", "as printed", "two digits", "another mean"],
)
def test_a_number_of_a_sentence_that_its_row_has_with_another_digit(
    tmp_path, capsys, sentence, told
):
    cells = table([("10.0 ± 2.8", "19.4 ± 5.2"), ("128 ± 56", "104 ± 72")], {3: B})
    text = [
        ("abstract, sentence 5", one, whose) for one, whose in zip(sentence, (A, B), strict=True)
    ]
    found = asked(tmp_path, capsys, cells + text)
    assert ("2.5 stands in no table; table 1, row 2, column 2 has 2.8" in found) == told


# Of 120 in each group F = (7.8 / 3.2)² = 5.94 has p of 2e-20, (4.1 / 3.2)² = 1.64 one of 0.007;
# about means of 40 and 20 a spread of twice as much is as much beside its mean.
@pytest.mark.parametrize(
    ("second", "told"),
    [("19.6 (7.8)", True), ("19.6 (4.1)", False), ("40.0 (6.2)", False)],
    ids=["twice as wide", "alike", "of a mean twice as large"],
)
def test_deviations_that_chance_seldom_makes(tmp_path, capsys, second, told):
    of = ', patients: "120"'
    cells = table([("mean (SD) 20.1 (3.2)", f"mean (SD) {second}")], {2: A + of, 3: B + of})
    assert ("Its deviation is unlike that of the other" in asked(tmp_path, capsys, cells)) == told


def test_many_unlike_numbers_of_a_table_are_no_misprints(tmp_path, capsys):
    of = ', patients: "120"'
    row = ("mean (SD) 20.1 (3.2)", "mean (SD) 19.6 (7.8)")
    three = asked(tmp_path, capsys, table([row] * 3, {2: A + of, 3: B + of}))
    assert "Its deviation is unlike" in three
    four = asked(tmp_path, capsys, table([row] * 4, {2: A + of, 3: B + of}))
    assert "Its deviation is unlike" not in four


# 4 errors of the difference of two means of 40, of deviation 5, are 4.5; at any time 2 deviations
# are 10.
@pytest.mark.parametrize(("visit", "told"), [("Baseline", True), ("Week 8", False)])
def test_means_apart_before_treatment(tmp_path, capsys, visit, told):
    of = f', patients: "40", visit: "{visit}"'
    row = ("mean (SD) 30.2 (5.0)", "mean (SD) 37.2 (5.0)")
    found = asked(tmp_path, capsys, table([row], {2: A + of, 3: B + of}))
    assert ("Its mean is unlike that of the other groups" in found) == told


# 30 and 62 of 100 differ by 0.32, 4.5 errors of √(0.46 · 0.54 · 2 / 100); 30 and 50 by 2.9.
@pytest.mark.parametrize(("second", "told"), [("62", True), ("50", False)])
def test_shares_before_treatment_far_apart(tmp_path, capsys, second, told):
    of = ', patients: "100"'
    cells = table([("30 (30%)", f"{second} ({second}%)")], {2: A + of, 3: B + of})
    found = asked(tmp_path, capsys, cells, baseline=True)
    assert ("Its share is unlike that of the other groups" in found) == told


# Between quartiles of 8 and 12 lie 4, of normal values 1.35 deviations; 1.5 of these are 4.4.
@pytest.mark.parametrize(("second", "told"), [("15 (13 to 17)", True), ("14 (12 to 16)", False)])
def test_medians_far_apart(tmp_path, capsys, second, told):
    row = ("median (IQR) 10 (8 to 12)", f"median (IQR) {second}")
    found = asked(tmp_path, capsys, table([row], {3: B}))
    assert ("Its median is unlike that of the other groups" in found) == told


# 60.1 to 54.3 is a change of 5.8; 60.8 to 66.9 one of -6.1: 11.9 apart, and of deviations 9.0 1.32.
@pytest.mark.parametrize(("last", "told"), [("66.9", True), ("56.9", False)])
def test_changes_between_visits_far_apart(tmp_path, capsys, last, told):
    visits = [', visit: "Week 0"', ', visit: "Week 8"']
    whose = {n: group + visits[n % 2] for n, group in enumerate((A, A, B, B), 2)}
    row = [f"mean (SD) {one} (9.0)" for one in ("60.1", "54.3", "60.8", last)]
    found = asked(tmp_path, capsys, table([row], whose))
    assert ("two groups changed unlike each other" in found) == told


# 36.5 and 46.7 are 10.2 apart, of deviations 0.4 25.
@pytest.mark.parametrize(("last", "told"), [("46.73", True), ("36.73", False)])
def test_visits_of_the_only_group_far_apart(tmp_path, capsys, last, told):
    whose = {n: f'{A}, visit: "Week {n}"' for n in (2, 3)}
    row = ("mean (SD) 36.49 (0.29)", f"mean (SD) {last} (0.40)")
    found = asked(tmp_path, capsys, table([row], whose))
    assert ("are more than 2.5 deviations apart" in found) == told


@pytest.mark.parametrize(("printed", "told"), [("2.4 (0 to 1)", True), ("2.4 (0 to 6)", False)])
def test_a_number_outside_of_two_that_nothing_names(tmp_path, capsys, printed, told):
    found = asked(tmp_path, capsys, table([(printed,)]))
    assert ("2.4 lies outside of 0 to 1, whatever these are" in found) == told


# -2.5 is nearly the middle of -7.0 to 2.3, of half width 4.65: z = 2.5 × 1.96 / 4.65 = 1.05.
@pytest.mark.parametrize(("p", "told"), [("0.97", True), ("0.27", False)])
def test_a_p_far_from_an_interval_that_is_nearly_centred(tmp_path, capsys, p, told):
    whose = "compare: [a, b], basis: model"
    row = (f"difference -2.5 (95% CI -7.0 to 2.3), P = {p}",)
    found = asked(tmp_path, capsys, table([row], {2: whose}))
    assert ("-7.0 to 2.3 about it lets expect z of some 1.05" in found) == told


# The first four cells of both tables are the same; 3.6 and 3.9 differ in one digit, 3.6 and 4.9 in
# two.
@pytest.mark.parametrize(
    ("same", "other", "word", "told"),
    [
        (4, "12.4 ± 3.9", "Pain ", True),
        (3, "12.4 ± 3.9", "Pain ", False),
        (4, "12.4 ± 3.9", "", False),
        (4, "12.4 ± 4.9", "Pain ", False),
        (4, "12.7 ± 3.9", "Pain ", False),
    ],
    ids=["one digit", "too few alike", "of other outcomes", "two digits", "both numbers"],
)
def test_a_cell_of_two_tables_with_another_digit(tmp_path, capsys, same, other, word, told):
    rows = [(one,) for one in ("10.0 ± 2.8", "14.1 ± 3.3", "22.5 ± 6.1", "31.7 ± 8.4")[:same]]
    second = [
        (place.replace("table 1", "table 2"), printed, whose)
        for place, printed, whose in table([*rows, (other,)])
    ]
    found = asked(tmp_path, capsys, [*table([*rows, ("12.4 ± 3.6",)]), *second], word=word)
    assert ("has 3.6, and the other number of this cell" in found) == told


# 26 + 74, 40 + 60 and 55 + 45 are 100, 30 + 60 are 90: of two rows three columns have to make 100.
@pytest.mark.parametrize(("columns", "told"), [(4, True), (3, False)])
def test_two_percentages_make_100_in_more_columns(tmp_path, capsys, columns, told):
    rows = [("30", "26", "40", "55")[:columns], ("60", "74", "60", "45")[:columns]]
    found = asked(tmp_path, capsys, table([[f"{one}%" for one in row] for row in rows]))
    assert ("2 percentages of its section add up to 90 %" in found) == told


# Three whole percentages of 100 add up to 98.5 to 101.5 as they print.
@pytest.mark.parametrize(("last", "told"), [("62", True), ("64", False)])
def test_percentages_make_100_as_they_print(tmp_path, capsys, last, told):
    rows = [("0", "5", "6", "15"), ("26", "21", "24", "20"), ("74", "74", "70", last)]
    found = asked(tmp_path, capsys, table([[f"{one}%" for one in row] for row in rows]))
    assert ("3 percentages of its section add up to 97 %" in found) == told


# 12 + 14 = 26, 30 + 28 = 58, 40 + 38 = 78; 7 + 9 is not 21 and 21 + 19 is not 55.
def test_what_few_rows_keep_is_no_relation_of_columns(tmp_path, capsys):
    rows = [("12", "14", "26"), ("30", "28", "58"), ("7", "9", "21"), ("40", "38", "78")]
    found = asked(tmp_path, capsys, table([*rows, ("21", "19", "55")]))
    assert "3 of the 5 rows of its table add up" not in found


# Of 40 patients a standard error of 0.8 is a deviation of 5.1: 1.7 are a third of it, 14.8 2.9.
@pytest.mark.parametrize(("second", "told"), [("31.9", False), ("45.0", True)])
def test_a_standard_error_is_of_its_patients(tmp_path, capsys, second, told):
    of = ', patients: "40", visit: "Week 8"'
    row = ("mean (SE) 30.2 (0.8)", f"mean (SE) {second} (0.8)")
    found = asked(tmp_path, capsys, table([row], {2: A + of, 3: B + of}))
    assert ("Its mean is unlike that of the other groups" in found) == told


# 10.9 over 3.0 is 3.6, 9.0 over 3.0 is 3.
@pytest.mark.parametrize(("second", "told"), [("10.9", True), ("9.0", False)])
def test_deviations_of_groups_of_unknown_size(tmp_path, capsys, second, told):
    cells = table([("mean (SD) 20.1 (3.0)", f"mean (SD) 19.6 ({second})")], {3: B})
    assert ("Its deviation is unlike that of the other" in asked(tmp_path, capsys, cells)) == told


# log 0.54 is -0.616, nearly the middle of -1.204 and -0.186: z = 0.616 × 2 × 1.96 / 1.018 = 2.37.
@pytest.mark.parametrize(("p", "told"), [("0.00001", True), ("0.018", False)])
def test_a_p_far_from_the_interval_of_a_ratio(tmp_path, capsys, p, told):
    whose = "compare: [a, b], measure: hazard_ratio, basis: model"
    row = (f"hazard ratio 0.54 (95% CI 0.30 to 0.83), P = {p}",)
    found = asked(tmp_path, capsys, table([row], {2: whose}))
    assert ("0.30 to 0.83 about it lets expect z of some 2.37" in found) == told


# Of the 60 over the column 24 are 40.0 %, 18 30.0 %; of the 48 whose work is known (12 + 36) 12 are
# 25.0 % and 36 75.0 %, as 30 are 62.5 %; with 13 for 12 they make 49, of whom 36 are 73.5 %.
@pytest.mark.parametrize(
    ("count", "told"), [("12 (25.0%)", False), ("13 (25.0%)", True)], ids=["honest", "altered"]
)
def test_shares_of_those_whose_row_is_known_are_not_asked_about(tmp_path, capsys, count, told):
    of = "group: a, patients: '60'"
    rows = ["24 (40.0%)", "18 (30.0%)", "15 (25.0%)", "45 (75.0%)", "33 (55.0%)", "27 (45.0%)"]
    rows += [count, "36 (75.0%)", "30 (62.5%)", "6 (10.0%)"]
    found = asked(tmp_path, capsys, table([[one] for one in rows], {2: of}))
    assert "30 of 60 is 50.0 %" in found
    path = tmp_path / "ledger.yaml"
    text = path.read_text(encoding="utf-8")
    for n, label in enumerate(("Work, Yes, Old", "Work, No, Old"), 6):
        text = text.replace(f'label: "Number {n}"', f'label: "{label}"')
    path.write_text(text, encoding="utf-8")
    main(["audit", str(path), "--trust", "--all"])
    found = " ".join(capsys.readouterr().out.split())
    assert found.count("It is that of the 48 whom its section") == (0 if told else 3)
    assert ("inconsistent" in found) == told


# ln(1 - 0.240) = -0.274 and ln(1 - 0.095) = -0.100, whose middle -0.187 is a fall of 17.1 %; that
# of -24.0 and -3.0 is one of 14.1 %.
@pytest.mark.parametrize(("high", "told"), [("-9.5", False), ("-3.0", True)])
def test_changes_in_percent_are_in_the_middle_as_ratios(tmp_path, capsys, high, told):
    rows = [("-20.0%", "-30.0", "-10.0"), ("-8.0%", "-12.0", "-4.0"), ("-5.0%", "-9.0", "-1.0")]
    rows += [("-17.1%", "-24.0", high)]
    cells = table(
        [[f"{a} (95% CI {low} to {up})"] for a, low, up in rows], {2: f"{A}, change: true"}
    )
    found = asked(tmp_path, capsys, cells)
    assert ("It does not lie in the middle of its interval" in found) == told


LABELLED = """  c{n}:
    from: paper
    place: "table 1, row {row}, column {column}"
    label: "{label}"
    printed: "{printed}"
    about: {{outcome: o{row}, group: {group}{more}}}
    unconfirmed: "read"
    chance: "0.95"
"""


def labelled(tmp_path, capsys, cells):
    """What is told of cells, each (row, column, label, printed, more of whom)."""
    text = HEAD + "".join(
        f'  o{row}: {{label: "O {row}"}}\n' for row in dict.fromkeys(c[0] for c in cells)
    )
    text += "claims:\n"
    for n, (row, column, label, printed, more) in enumerate(cells):
        group, at = "ab"[column - 2], f"{label}, {('Old', 'New')[column - 2]}"
        named = {"row": row, "column": column, "label": at, "group": group}
        text += LABELLED.format(n=n, printed=printed, more=more, **named)
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    main(["audit", str(path), "--trust"])
    return " ".join(capsys.readouterr().out.split())


# 18 of 45 are 40 %, 27 60 %; 12 and 38 of 50 are 24 and 76 %. 34 % of 12 are 35 or 36, 76 % of 38
# are 50. Of 53, of whom three did not say, 12 are 23 % and 38 72 %.
@pytest.mark.parametrize(
    ("first", "second", "told"),
    [("24", "76", False), ("34", "76", True), ("24", "67", True), ("23", "72", False)],
    ids=["as printed", "a digit", "exchanged digits", "of more patients"],
)
def test_a_section_that_is_whole_in_one_column_is_so_in_the_other(
    tmp_path, capsys, first, second, told
):
    cells = [(2, 2, "Ripe, Yes", "18 (40%)", ""), (3, 2, "Ripe, No", "27 (60%)", "")]
    cells += [(2, 3, "Ripe, Yes", f"12 ({first}%)", ""), (3, 3, "Ripe, No", f"38 ({second}%)", "")]
    # Of none the percentage is that of any number of patients.
    cells += [(4, 2, "Ripe, Unsaid", "0 (0%)", ""), (4, 3, "Ripe, Unsaid", "0 (0%)", "")]
    found = labelled(tmp_path, capsys, cells)
    assert ("12 + 38 = 50, of whom they are not the percentages" in found) == told


# 31 + 29 = 40 + 12 + 8 = 22 + 38 = 60; 22 + 83 = 105.
@pytest.mark.parametrize(("last", "told"), [("38", False), ("83", True)])
def test_lists_of_counts_make_all_patients(tmp_path, capsys, last, told):
    lists = [("31", "29"), ("40", "12", "8"), ("22", last)]
    cells = [
        (row, 2, f"Row {row}, part {n}", printed, "")
        for row, own in enumerate(lists, 2)
        for n, printed in enumerate(own)
    ]
    found = labelled(tmp_path, capsys, cells)
    assert ("22 + 83 do not make 60, as the 2 other lists of its column do" in found) == told


@pytest.mark.parametrize(("n", "told"), [("1", 1), ("9", 0)])
def test_one_patient_has_no_spread_told_once_a_table(tmp_path, capsys, n, told):
    of = f', patients: "{n}"'
    cells = [(row, 2, f"Row {row}", f"mean (SD) {row}.1 (0.4)", of) for row in (2, 3)]
    assert labelled(tmp_path, capsys, cells).count("One patient has no spread") == told
