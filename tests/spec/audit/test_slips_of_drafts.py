"""From a table as it is printed to what is asked of a number that slipped; tables are made up."""

import pytest

from trialtrace.audit.printed.expression import parse
from trialtrace.audit.verdicts import sums
from trialtrace.cli import main

pytestmark = pytest.mark.full

HEAD = ["", "Drug (n = 40)", "Placebo (n = 50)"]


def audited(tmp_path, capsys, body):
    """What an audit tells of a paper with this text and these tables."""
    paper, ledger = tmp_path / "paper.html", tmp_path / "ledger.yaml"
    page = f"<html><body><h1>A randomised trial of a drug</h1>{body}</body></html>"
    paper.write_text(page, encoding="utf-8")
    main(["read", str(paper), "--output", str(ledger)])
    capsys.readouterr()
    main(["audit", str(ledger), "--trust"])
    return " ".join(capsys.readouterr().out.split())


def cells_of(rows):
    return "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)


def asked(tmp_path, capsys, rows, caption="Table 1. Results of both groups", others=()):
    """What an audit tells of a paper with this table alone, or with `others` behind it."""
    tables = ""
    for at, each in enumerate((rows, *others), 1):
        named = caption.replace("1", str(at))
        tables += f"<table><caption>{named}</caption>{cells_of(each)}</table>"
    return audited(tmp_path, capsys, f"<h2>Results</h2>{tables}")


# 30 of 40 are 75.0 %, 35 of 50 are 70.0 %: 3.0 and 3.5 are tenths of them.
@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["30 (75.0)", "3.5 (70.0)"], True),
        (["30 (75.0)", "35 (70.0)"], False),
        (["30 (75.0%)", "3.5 (70.0%)"], True),
        (["30.2 (7.5)", "35.1 (7.0)"], False),
        (["30 (62.0)", "3.5 (61.0)"], False),
    ],
    ids=["pair", "printed right", "with its sign", "means", "whole means"],
)
def test_a_count_that_is_no_whole_number_beside_shares(tmp_path, capsys, cells, told):
    text = asked(tmp_path, capsys, [HEAD, ["Two vessels", *cells]])
    assert ("3.5 is no count of patients, as stands beside it: 30 (75" in text) == told


# 0.7 are 1.8 % of 40, and 7 are 17.5 %.
@pytest.mark.parametrize(("share", "told"), [("17.5%", True), ("41.2%", False)])
def test_a_count_that_is_no_whole_number_beside_none(tmp_path, capsys, share, told):
    text = asked(tmp_path, capsys, [HEAD, ["Two vessels", f"0.7 ({share})", "0 (0%)"]])
    assert ("0.7 is no count of patients" in text) == told


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["27.1 ± 3.0", "2.83 ± 3.1"], "Its value, 27.1, is ten times"),
        (["27.1 ± 3.0", "28.3 ± 0.31"], "Its deviation, 3.0, is ten times"),
        (["27.1 ± 3.0", "28.3 ± 3.1"], None),
        # Unlike, but with as many decimals: no decimal point has moved.
        (["27.1 ± 3.0", "2.8 ± 3.1"], None),
        # Of another size altogether.
        (["27.1 ± 3.0", "0.83 ± 3.1"], None),
    ],
)
def test_a_decimal_point_that_has_slipped(tmp_path, capsys, cells, told):
    text = asked(tmp_path, capsys, [HEAD, ["BMI, mean ± SD", *cells]])
    assert ("nearly so" in text) == (told is not None)
    assert told is None or told in text


def test_a_limit_a_tenth_of_those_of_two_other_groups(tmp_path, capsys):
    head = ["", "Drug (n = 40)", "Placebo (n = 50)", "None (n = 45)"]
    row = ["Blood loss, ml", "500 (300 to 575)", "500 (30 to 600)", "400 (300 to 600)"]
    text = asked(tmp_path, capsys, [head, row])
    assert "Its limit, 30, is a tenth of what stands beside it" in text
    others = ["Blood loss, ml", "500 (300 to 575)", "500 (30 to 600)", "400 (3000 to 6000)"]
    assert "a tenth of" not in asked(tmp_path, capsys, [head, others])


# 22 + 18 = 40 and 30 + 20 = 50; 5 + 20 + 15 = 40, 6 + 24 + 20 = 50.
@pytest.mark.parametrize(
    ("label", "cells", "total"),
    [
        ("Simple/complex cysts", ["22/18", "30/29"], "59, not to 50"),
        ("Simple/complex cysts", ["22/18", "30/20"], None),
        ("Stage (I/II/III)", ["5/20/15", "6/24/29"], "59, not to 50"),
        ("Stage (I/II/III)", ["5/20/15", "6/24/20"], None),
        # 22 of 38 and 30 of 48: no counts that are the patients together.
        ("Nausea/vomiting", ["22/38", "30/48"], None),
    ],
)
def test_lists_of_counts_that_make_the_patients(tmp_path, capsys, label, cells, total):
    text = asked(tmp_path, capsys, [HEAD, [label, *cells]])
    assert (total or "categories add up") in text or total is None
    assert ("not to" in text) == (total is not None)


# In three of four blocks the third number is the second less the first; 578 - 444 = 134.
@pytest.mark.parametrize(("after", "told"), [("278", True), ("578", False)])
def test_changes_of_few_rows_and_several_groups(tmp_path, capsys, after, told):
    rows = [
        ["", "Drug", "Drug", "Drug", "Placebo", "Placebo", "Placebo"],
        ["", "Pre", "Post", "Change", "Pre", "Post", "Change"],
        ["Walk, s", "408 (67)", "350 (89)", "-58", "444 (81)", f"{after} (77)", "134"],
        ["Score", "35.1 (3.8)", "34.4 (6.2)", "-0.7", "32.1 (5.4)", "27.6 (4.6)", "-4.5"],
    ]
    text = asked(tmp_path, capsys, rows, "Table 2. Means (SD)")
    assert (f"444 + 134 = 578, while {after} is printed; 3 of the 4 such places" in text) == told


# t of 0.8 less -1.1 with deviations of 2.7 and 1.7 of 40 and 50: 4.06, P = 0.0001.
@pytest.mark.parametrize(("p", "told"), [("0.460", True), ("0.0001", False)])
def test_a_column_of_p_below_no_head(tmp_path, capsys, p, told):
    rows = [["", "Drug (n = 40)", "Placebo (n = 50)", ""]]
    rows += [["Anxiety, mean (SD)", "-1.1 (2.7)", "0.8 (1.7)", p]]
    rows += [["Sleep, mean (SD)", "5.0 (2.0)", "5.0 (2.0)", "1.000*"]]
    rows += [["Pain, mean (SD)", "4.0 (2.0)", "4.0 (2.0)", "0.999"]]
    text = asked(tmp_path, capsys, rows)
    assert (f"printed is P = {p}" in text) == told


@pytest.mark.parametrize(("sd", "told"), [("5.1", True), ("1.5", False)])
def test_arms_in_rows_below_heads_that_name_each_outcome(tmp_path, capsys, sd, told):
    rows = [["Study groups", "Before injection", "On the third day"]]
    rows += [
        ["I (N = 55)", f"2.68 ± {sd}", "2.22 ± 1.04"],
        ["II (N = 51)", "2.13 ± 1.29", "2.14 ± 1.71"],
    ]
    text = asked(tmp_path, capsys, rows, "Table 3. K-time in both groups")
    assert ("Its deviation is unlike that of the other groups" in text) == told


# Of a p of two groups; others of the table are below 0.05 and 0.01.
@pytest.mark.parametrize(
    ("bound", "told"),
    [("0.5", True), ("0.010", True), ("0.1", True), ("0.071", True), ("0.01", False)],
)
def test_a_bound_of_p_that_no_paper_uses(tmp_path, capsys, bound, told):
    rows = [["", "Drug (n = 40)", "Placebo (n = 50)", "P"]]
    rows += [["Pain", "10 (25.0%)", "30 (60.0%)", f"&lt;{bound}"]]
    rows += [["Fever", "5 (12.5%)", "20 (40.0%)", "&lt;0.01"]]
    rows += [["Cough", "8 (20.0%)", "20 (40.0%)", "&lt;0.05"]]
    text = asked(tmp_path, capsys, rows)
    assert (f"P < {bound} is told by a bound that hardly any paper uses" in text) == told
    others = [["Sleep", "10 (25.0%)", "30 (60.0%)", f"&lt;0.0{n}"] for n in "234"]
    assert "hardly any paper" not in asked(tmp_path, capsys, rows + others)


# 40 + 43 + 60 + 50 of "often" with the rest make 100 each; 43 and 60 the other way 117 and 83.
@pytest.mark.parametrize(("often", "told"), [("60 43", True), ("43 60", False), ("66 43", False)])
def test_percentages_exchanged_between_two_columns(tmp_path, capsys, often, told):
    rows = [["", *(f"Month {at} (n = 100)" for at in range(1, 6))], ["Use, n (%)", *[""] * 5]]
    every = [["40", *often.split(), "50", "52"], ["37", "30", "17", "33", "30"]]
    every.append(["23", "27", "23", "17", "18"])
    rows += [
        [label, *(f"{n} ({n}.0)" for n in own)]
        for label, own in zip(("Often", "At times", "Never"), every, strict=True)
    ]
    text = asked(tmp_path, capsys, rows)
    assert ("in 3 other columns they make 100 %" in text) == told


# 86 + 12 + 2 = 93 + 5 + 2 = 89 + 9 + 2 = 100; 23 + 5 + 2 = 30.
@pytest.mark.parametrize(("first", "told"), [("23", True), ("93", False)])
def test_percentages_of_a_section_that_are_called_none(tmp_path, capsys, first, told):
    rows = [["", "Drug (n = 57)", "Placebo (n = 41)", "Total (n = 98)"]]
    rows += [["Age, mean", "40", "41", "40"], ["Admissions last year", "", "", ""]]
    rows += [["None", "86", first, "89"], ["One", "12", "5", "9"], ["More", "2", "2", "2"]]
    text = asked(tmp_path, capsys, rows)
    assert ("add up to 30 %; in 2 other columns they make 100 %" in text) == told


# 10 of 34 against 3 of 34: P = 0.031 by the χ² test.
@pytest.mark.parametrize(("p", "told"), [("0.131", True), ("0.031", False)])
def test_p_in_a_row_below_arms_is_of_its_column(tmp_path, capsys, p, told):
    rows = [["Groups", "Perforation, n (%)", "Total complications, n (%)"]]
    rows += [["Control (n = 34)", "3 (8.8)", "10 (29.4)"], ["Drug (n = 34)", "1 (2.9)", "3 (8.8)"]]
    text = asked(tmp_path, capsys, [*rows, ["P-value", "", p]])
    assert (f"none prints as P = {p}" in text) == told


def test_a_difference_below_an_arm_is_its_change(tmp_path, capsys):
    rows = [["Measurement", "Drug (n = 10)", "Placebo (n = 10)"], ["Torque", "", ""]]
    rows += [["before", "1.47 ± 0.33", "1.41 ± 0.22"], ["after", "1.59 ± 0.20", "1.42 ± 0.18"]]
    rows += [["Diff.", "0.12 ± 0.23 (-0.04÷0.28)", "0.01 ± 0.16 (-0.10÷0.92)"]]
    text = asked(tmp_path, capsys, rows, "Table 4. Means and SD with 95% confidence intervals")
    assert "A deviation of 0.16 in 10 patients gives an interval" in text


# 86 of 116 are 74.1 %, 79 of 116 are 68.1 %.
@pytest.mark.parametrize(("count", "told"), [("8.6", True), ("86", False)])
def test_a_count_in_a_column_of_its_own(tmp_path, capsys, count, told):
    rows = [["", "Drug (n = 116)", "Drug (n = 116)", "Placebo (n = 116)", "Placebo (n = 116)"]]
    rows += [["", "n", "%", "n", "%"], ["Hypertension", count, "74.1", "79", "68.1"]]
    text = asked(tmp_path, capsys, rows)
    assert ("8.6 is no count of patients, as stands beside it: 79 (68.1 %)" in text) == told


# Four rows of unlike deviations are those of unlike groups; 14 times as much is a slip anywhere.
@pytest.mark.parametrize(("sd", "told"), [("6.3", True), ("1.4", False)])
def test_a_deviation_that_is_further_off_than_those_of_unlike_groups(tmp_path, capsys, sd, told):
    scores = [("8.1 (3.1)", "8.2 (1.0)"), ("90 (35)", "91 (11)"), ("700 (20)", "690 (61)")]
    scores += [("0.50 (0.03)", "0.51 (0.09)")]
    rows = [HEAD] + [[f"Score {n}, mean (SD)", *pair] for n, pair in enumerate(scores)]
    text = asked(tmp_path, capsys, [*rows, ["Pain, mean (SD)", "3.4 (0.4)", f"3.2 ({sd})"]])
    assert (
        "Its deviation is unlike that of the other groups in its row, mean (SD) 3.2" in text
    ) == told


# Ranges of 57 let deviations of some 14 expect; of 240 patients a mean has an error of 1.
@pytest.mark.parametrize(("mean", "told"), [("36", True), ("51", False)])
def test_means_with_ranges_before_treatment(tmp_path, capsys, mean, told):
    rows = [["", "Drug (n = 238)", "Placebo (n = 244)"]]
    rows += [["Age, mean (range)", "53 (23 to 80)", f"{mean} (23 to 80)"]]
    text = asked(tmp_path, capsys, rows, "Table 1. Baseline characteristics")
    assert ("Its mean is unlike that of the other groups" in text) == told


# 45 of 133 are 33.8 %; 54 are 40.6 %.
@pytest.mark.parametrize(("count", "told"), [("54", True), ("45", False)])
def test_a_first_row_of_participants_is_the_number_of_each_column(tmp_path, capsys, count, told):
    rows = [["Characteristics", "Drug n (%)", "Placebo n (%)"], ["Participants", "125", "133"]]
    text = asked(tmp_path, capsys, [*rows, ["Men", "31 (24.8)", f"{count} (33.8)"]])
    assert ("54 of 133 is 40.6 %; printed is 33.8" in text) == told


WHOLE = [["Age, mean (SD)", "61.2 (8.4)", "60.7 (9.1)"], ["BMI", "27.1 (3.0)", "28.3 (3.1)"]]
WHOLE += [["Pain", "5.1 (1.4)", "4.9 (1.6)"], ["SBP", "131.0 (12.5)", "129.4 (13.0)"]]
WHOLE += [["DBP", "80.2 (7.5)", "81.1 (8.0)"], ["Weight", "74.2 (9.9)", "75.0 (8.7)"]]


@pytest.mark.parametrize(
    ("p", "told"), [("0.0138", True), ("0.138", False), ("0.0004", False)], ids=str
)
def test_a_p_of_more_decimals_than_all_others(tmp_path, capsys, p, told):
    ps = ["0.21", "0.744", "0.038", "0.51", "0.602", p]
    rows = [[*row, one] for row, one in zip(WHOLE, ps, strict=True)]
    text = asked(tmp_path, capsys, [[*HEAD, "P"], *rows])
    assert ("has more decimals than all others of its column" in text) == told


# 17 + 3 + 1 = 18 + 2 + 1 = 21; 11 + 2 + 8 = 6 + 3 + 12 = 21 and 7 + 2 + 8 = 17.
@pytest.mark.parametrize(("count", "told"), [("7", True), ("11", False)])
def test_counts_beside_each_other_that_make_their_group(tmp_path, capsys, count, told):
    heads = [["Group", *["Steady"] * 3, *["Discomfort"] * 3, *["Tolerance"] * 3]]
    heads += [["Group", "Good", "Fair", "Poor", "Mild", "Moderate", "Severe", "A", "B", "C"]]
    rows = [["Drug", "17", "3", "1", "18", "2", "1", "18", "3", "0"]]
    rows += [["Placebo", count, "2", "8", "6", "3", "12", "9", "5", "7"]]
    text = asked(tmp_path, capsys, [*heads, *rows])
    assert ("7, 2 and 8 do not make 21, as those beside them do" in text) == told


# 36 + 41 = 77, 6 + 6 = 12, 8 + 3 = 11: counts add up to the last unit.
@pytest.mark.parametrize(("count", "told"), [("4", True), ("3", False)])
def test_two_rows_are_enough_of_a_column_that_is_called_a_total(tmp_path, capsys, count, told):
    rows = [["", "Drug", "Placebo", "Total"], ["Mild", "36", "41", "77"]]
    rows += [["Moderate", "6", "6", "12"], ["Severe", "8", count, "11"]]
    text = asked(tmp_path, capsys, rows)
    assert ("8 + 4 = 12, while 11 is printed; 2 of the 3 rows" in text) == told
    rows[0][-1] = "Other"
    assert "of its table add up" not in asked(tmp_path, capsys, rows)


# 305 = 193 + 112 in three columns, and so on below each head.
@pytest.mark.parametrize(("count", "told"), [("11", True), ("44", False)])
def test_rows_below_several_heads_that_make_them(tmp_path, capsys, count, told):
    rows = [["", "All", "Drug", "Placebo"], ["Alerts", "305", "224", "81"]]
    rows += [["First year", "193", "156", "37"], ["Second year", "112", "68", count]]
    rows += [["Checked", "1538", "664", "874"], ["First year", "635", "253", "382"]]
    rows += [["Second year", "903", "411", "492"], ["Answered", "714", "165", "549"]]
    rows += [["First year", "319", "11", "308"], ["Second year", "395", "154", "241"]]
    text = asked(tmp_path, capsys, rows)
    assert ("37 + 11 = 48, while 81 is printed; 8 of the 9 such places" in text) == told


@pytest.mark.parametrize(("second", "told"), [("3.6 (2.2)", True), ("8.6 (2.4)", False)])
def test_columns_that_are_no_arms_are_alike_too(tmp_path, capsys, second, told):
    rows = [["", "Pretest", "Posttest"], ["Attitude, mean (SD)", "10.4 (2.0)", second]]
    rows += [["Knowledge, mean (SD)", "9.0 (1.7)", "9.9 (1.9)"]]
    rows += [[f"{name}, mean (SD)", "15.0 (1.9)", "15.9 (2.0)"] for name in ("Pain", "Practice")]
    text = asked(tmp_path, capsys, rows, "Table 1. Results")
    assert ("Its mean is unlike that of the other groups in its row" in text) == told


# 17 of 132 are 12.9 %; 12 of 44 are 27.3 %.
@pytest.mark.parametrize(
    ("cell", "printed"),
    [
        ("19.9 (17/132)", "17/132 (19.9%)"),
        ("12/44 (37.3) (15.0, 42.8)", "12/44 (37.3%)"),
    ],
)
def test_percentages_before_or_behind_their_fractions(tmp_path, capsys, cell, printed):
    head = ["", "Drug % (n/N)", "Placebo % (n/N)"]
    text = asked(tmp_path, capsys, [head, ["Fever", "5.3 (6/114)", cell]])
    assert "in question, as read or as printed: t1_fever_placebo" in text
    assert printed in text


# 12.3 of 10.0 is 23.0 % more, 19.2 of 17.2 11.6 %, 10.8 of 9.6 12.5 %, 15.9 of 15.0 6.0 %.
@pytest.mark.parametrize(("last", "told"), [("60.0", True), ("6.0", False)])
def test_a_change_in_percent(tmp_path, capsys, last, told):
    rows = [["", "Before", "After", "% change"], ["Knowledge", "10.0 (2.0)", "12.3 (2.2)", "23.0"]]
    rows += [["Attitude", "17.2 (5.0)", "19.2 (5.2)", "11.6"]]
    rows += [["Practice", "9.6 (2.1)", "10.8 (2.3)", "12.5"]]
    rows += [["Pain", "15.0 (1.9)", "15.9 (2.0)", last]]
    text = asked(tmp_path, capsys, rows, "Table 1. Mean (SD)")
    assert ("From 15.0 to 15.9 is a change of 6.00 %, while 60.0 is printed" in text) == told


HEAD_OF_ALL = ["", "All (n = 90)", "Drug (n = 40)", "Placebo (n = 50)"]
SEEN = [["", "Women (n = 30)", "Men (n = 60)"], ["Pain, n (%)", "3 (10.0)", "12 (20.0)"]]
# (40 × 79.0 + 50 × 74.6) / 90 = 76.6; squares 39 × 7² + 49 × 7.2² + 40 × 2.4² + 50 × 2.0².


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (["Pulse, mean ± SD", "76.6 ± 7.4", "79.0 ± 7.0", "74.6 ± 7.2"], None),
        (["Pulse, mean ± SD", "78.9 ± 7.4", "79.0 ± 7.0", "74.6 ± 7.2"], "76.51 to 76.61 together"),
        (["Pulse, mean ± SD", "76.6 ± 9.6", "79.0 ± 7.0", "74.6 ± 7.2"], "deviation of 7.3"),
        (["Pulse, median (range)", "76 (50–99)", "79 (50–99)", "74 (52–98)"], None),
        (["Pulse, median (range)", "76 (50–99)", "79 (50–99)", "74 (52–119)"], "greatest"),
    ],
)
def test_all_are_what_the_groups_beside_make(tmp_path, capsys, row, found):
    # Columns of another table are groups of the ledger too, and none of these.
    text = asked(tmp_path, capsys, [HEAD_OF_ALL, row], others=[SEEN])
    assert ("Read right?" in text) == (found is not None)
    assert found is None or found in text


def test_the_ends_of_a_range_are_those_of_groups_that_are_all(tmp_path, capsys):
    row = ["Pulse, median (range)", "76 (50–119)", "79 (50–99)", "74 (52–98)"]
    assert "greatest" in asked(tmp_path, capsys, [HEAD_OF_ALL, row])
    further = [HEAD_OF_ALL[0], HEAD_OF_ALL[1].replace("90", "110"), *HEAD_OF_ALL[2:]]
    assert "greatest" not in asked(tmp_path, capsys, [further, row])


# Of 30 patients none are 142; 12 may be a count whose percentage is another cell's deviation.
@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("142 ± 47", "142 ± 47 cannot be one of 30 patients"),
        ("12 ± 4", "12 is no count of patients, as stands beside it: 6 (20.0 %)"),
        ("4 (13.3)", None),
    ],
)
def test_a_deviation_in_a_row_of_counts(tmp_path, capsys, cell, told):
    rows = [["", "Drug (n = 30)", "Placebo (n = 30)"]]
    rows += [["Fever, n (%)", "3 (10.0)", "9 (30.0)"], ["Pain, n (%)", cell, "6 (20.0)"]]
    text = asked(tmp_path, capsys, rows)
    assert (told or "4 of 30 is 13.3 %, as printed") in text


def of_sentence(tmp_path, capsys, sentence, rows):
    """What an audit tells of an abstract's sentence and a table of estimates."""
    heads = ["", "Drug (n = 40)", "Placebo (n = 50)", "Odds ratio (95% CI)", "P"]
    table = f"<table><caption>Table 1. Monitoring</caption>{cells_of([heads, *rows])}</table>"
    body = f"<h2>Abstract</h2><p>{sentence}</p><h2>Results</h2>{table}"
    return audited(tmp_path, capsys, body)


WEEKLY = ["Weekly monitoring, n (%)", "30 (75)", "21 (42)", "4.18 (1.69 to 10.34)", "0.002"]
DAILY = ["Daily monitoring, n (%)", "20 (50)", "20 (40)", "1.50 (0.65 to 3.47)", "0.34"]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            ("Weekly monitoring was 4.2 times", "P < 0.001"),
            True,
        ),
        (
            ("Weekly monitoring was 4.2 times", "P = 0.002"),
            False,
        ),
        (
            ("Weekly monitoring was 4.3 times", "P < 0.001"),
            False,
        ),
        (("Recovery was 4.2 times", "P < 0.001"), False),
    ],
    ids=["another p", "its p", "another estimate", "another outcome"],
)
def test_an_estimate_with_another_p_in_text_and_table(tmp_path, capsys, sentence, told):
    text = " more likely with the drug than with placebo ".join([sentence[0], f"({sentence[1]})."])
    text = of_sentence(tmp_path, capsys, text, [WEEKLY, DAILY])
    assert ("Table 1, row 2, column 4, 5 has P = 0.002 beside 4.18" in text) == told


HEAD_OF_CHANGES = ["", "Baseline", "Week 12", "Change"]
# In six rows the end is the baseline and the change, in the last two it is not.
KEPT = [(5.12, 4.31), (7.25, 6.04), (3.61, 3.02), (8.47, 7.15), (6.33, 5.21), (9.18, 8.04)]


@pytest.mark.parametrize(
    ("check", "texts", "told"),
    [
        ("line.change", ("0.00", "3.20"), "From 0.00 to 3.20 is no change in percent"),
        ("line.change", ("4.00", "3.20"), "From 4.00 to 3.20 is a change of -20.00%"),
        ("line.ratio", ("3.20", "0.00"), "3.20 / 0.00 is none"),
        ("line.ratio", ("3.20", "4.00"), "3.20 / 4.00 = 0.80"),
    ],
)
def test_what_numbers_of_a_row_give_though_one_be_zero(check, texts, told):
    parts = [parse(text)[0] for text in texts]
    assert sums._given(None, parse("12.0")[0], parts, check)[0] == told


def of_changes(tmp_path, capsys, heads, rows, methods=""):
    """What an audit tells of means of a group and their changes, and of what the methods name."""
    over = "<tr><td></td><td colspan='3'>Drug (n = 40)</td></tr>"
    table = f"<table><caption>Table 1. Scores</caption>{over}{cells_of([heads, *rows])}</table>"
    body = f"<h2>Methods</h2><p>{methods}</p><h2>Results</h2>{table}"
    return audited(tmp_path, capsys, body)


def test_a_row_from_zero_beside_changes_in_percent_is_asked_about(tmp_path, capsys):
    rows = [
        (f"Item {k}, mean", one, end, f"{100 * (end / one - 1):.1f}")
        for k, (one, end) in enumerate(KEPT)
    ]
    heads = [*HEAD_OF_CHANGES[:3], "Change, %"]
    text = of_changes(tmp_path, capsys, heads, [*rows, ("Other, mean", "0.00", "3.20", "12.0")])
    assert "6 of the 7 rows of its table agree" in text


@pytest.mark.parametrize(
    ("methods", "off", "asks"),
    [
        ("Groups were compared by t tests.", 2, 2),
        ("Changes were compared by ANCOVA with the baseline as a covariate.", 2, 0),
        ("Changes were compared by ANCOVA with the baseline as a covariate.", 1, 1),
    ],
)
def test_changes_that_a_paper_adjusts_are_one_remark(tmp_path, capsys, methods, off, asks):
    """Where one row alone does not add up, the changes of the others are not adjusted."""
    rows = [(f"Item {k}", *pair, pair[1] - pair[0]) for k, pair in enumerate(KEPT)]
    rows += [(f"Other {k}", 4.4 + k, 3.9 + k, -0.5 + 0.07 * (k < off)) for k in range(2)]
    rows = [(f"{name}, mean", *(f"{one:.2f}" for one in own)) for name, *own in rows]
    text = of_changes(tmp_path, capsys, HEAD_OF_CHANGES, rows, methods)
    assert text.count("places of its table add up") + text.count("rows of its table add up") == asks
    remark = "In 2 places of table 1 baseline and change are not the end; the paper names “ANCOVA”"
    assert text.count(remark) == (asks == 0)
