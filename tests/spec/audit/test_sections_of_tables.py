"""From tables as they are printed to what is asked: sections with a number of all groups, rows of
those with a value, totals, and what is read as a p or an interval; tables are made up."""

import pytest

from trialtrace.cli import main

HEAD = ["", "Drug (n = 40)", "Placebo (n = 50)"]
PS = ["0.21", "0.74", "0.38", "0.51", "0.62", "0.44"]


def asked(tmp_path, capsys, rows, title="A randomised trial", caption="Table 1. Results", notes=""):
    """What an audit tells of a paper with this table, and the ledger that it was read into."""
    paper, ledger = tmp_path / "paper.html", tmp_path / "ledger.yaml"
    cells = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in rows)
    page = f"<html><body><h1>{title}</h1><h2>Results</h2><table><caption>{caption}</caption>{cells}"
    paper.write_text(f"{page}</table><p>{notes}</p></body></html>", encoding="utf-8")
    main(["read", str(paper), "--output", str(ledger)])
    capsys.readouterr()
    main(["audit", str(ledger), "--trust"])
    return " ".join(capsys.readouterr().out.split()), ledger.read_text(encoding="utf-8")


# 12 + 20 + 5 + 18 + 16 + 9 = 80; of 37 and 43 they are these percentages.
@pytest.mark.parametrize(("n", "first", "told"), [("80", "12", False), ("90", "12", True)])
def test_categories_of_all_groups_make_the_number_of_their_section(
    tmp_path, capsys, n, first, told
):
    rows = [HEAD, [f"Stage (n = {n})", "", ""], ["I", f"{first} (32.4%)", "18 (41.9%)"]]
    rows += [["II", "20 (54.1%)", "16 (37.2%)"], ["III", "5 (13.5%)", "9 (20.9%)"]]
    text, ledger = asked(tmp_path, capsys, rows)
    assert (f"The categories of 2 groups add up to 80, not to {n}" in text) == told
    assert 'patients: "37"' in ledger and 'patients: "43"' in ledger


def test_a_misprinted_count_of_a_section_is_of_those_whom_the_others_leave(tmp_path, capsys):
    rows = [HEAD, ["Stage (n = 80)", "", ""], ["I", "17 (32.4%)", "18 (41.9%)"]]
    rows += [["II", "20 (54.1%)", "16 (37.2%)"], ["III", "5 (13.5%)", "9 (20.9%)"]]
    text, _ = asked(tmp_path, capsys, rows)
    assert "17 of 37 is 45.9 %; printed is 32.4" in text


def test_a_section_in_which_nobody_was_is_read(tmp_path, capsys):
    rows = [HEAD, ["Relapse (n = 80)", "", ""], ["Early", "0 (0%)", "0 (0%)"]]
    _, ledger = asked(tmp_path, capsys, [*rows, ["Late", "0 (0%)", "0 (0%)"]])
    assert ledger.count('printed: "0 (0%)"') == 4


def test_a_number_beside_a_section_of_no_categories_is_none_of_all(tmp_path, capsys):
    rows = [HEAD, ["Pain (n = 80)", "", ""], ["Mild", "12 (32.4%)", "18 (41.9%)"]]
    _, ledger = asked(tmp_path, capsys, [*rows, ["Severe", "5 (13.5%)", "9 (20.9%)"]])
    assert 'printed: "80"' not in ledger


# 12 of 38 are 31.6 %, 10 of 47 21.3 %, 15 of 50 30.0 %. R: prop.test(c(12, 10), c(38, 47)) has
# P = 0.407, of 40 and 50 0.396.
@pytest.mark.parametrize(
    ("second", "told"), [("10 (21.3%)", False), ("15 (30.0%)", True), ("10 (31.3%)", True)]
)
def test_a_row_of_those_with_a_value_in_all_groups_is_right(tmp_path, capsys, second, told):
    rows = [[*HEAD, "P"], ["Cough, n (%)", "10 (25.0%)", "10 (20.0%)", ""]]
    text, _ = asked(tmp_path, capsys, [*rows, ["Fever, n (%)", "12 (31.6%)", second, "0.41"]])
    assert ("of the 38 that give" in text) == told
    assert ("On 12 of 38; 10 of 47, P = 0.41 is what" in text) == (not told)


# All five groups make each total; without A all rows but the last are within 2 of it.
def test_counts_add_up_to_the_last_unit(tmp_path, capsys):
    of_groups = [
        (1, 5, 4, 3, 4),
        (0, 6, 5, 2, 2),
        (1, 3, 3, 4, 2),
        (0, 2, 2, 3, 3),
        (1, 4, 1, 2, 5),
    ]
    of_groups.append((9, 22, 20, 17, 19))
    rows = [["", *(f"{name} (n = 60)" for name in "ABCDE"), "Total (n = 300)"]]
    shares = [[*((n, n / 0.6) for n in own), (sum(own), sum(own) / 3)] for own in of_groups]
    for at, own in enumerate(shares):
        rows.append([f"Event {at}", *(f"{n} ({share:.1f}%)" for n, share in own)])
    assert "while 87 is printed" not in asked(tmp_path, capsys, rows)[0]


@pytest.mark.parametrize(("p", "told"), [("0.138", True), ("0.053", False), ("0.047", False)])
def test_a_p_near_the_usual_level_has_more_decimals(tmp_path, capsys, p, told):
    rows = [[f"Pain {at}", "3.1 (1.2)", "4.0 (1.4)", one] for at, one in enumerate([*PS, p])]
    text, _ = asked(tmp_path, capsys, [[*HEAD, "P"], *rows])
    assert ("has more decimals than all others" in text) == told


# Means of 13.3 and 9.0 with deviations of 1.7 lie 2.5 apart; 23.3 lies 8.4 from it.
@pytest.mark.parametrize(
    ("mean", "p", "told"),
    [("13.3", "0.30", True), ("13.3", "<0.001", False), ("23.3", "<0.001", True)],
)
def test_means_apart_of_which_the_paper_says_so_are_right(tmp_path, capsys, mean, p, told):
    row = ["Days to work, mean (SD)", f"{mean} (1.7)", "9.0 (1.6)", p]
    text, _ = asked(tmp_path, capsys, [[*HEAD, "P"], row])
    assert ("Its mean is unlike that of the other groups" in text) == told


def test_a_negative_p_is_none(tmp_path, capsys):
    rows = [["", *HEAD[1:], "Difference (95% CI)", "P"]]
    rows += [["Pain, mean (SD)", "3.1 (1.2)", "4.0 (1.4)", "-0.9 (-1.5 to -0.3)", "-0.003"]]
    assert "A p-value of -0.003 is printed" in asked(tmp_path, capsys, rows)[0].replace("−", "-")


def test_the_first_row_numbers_the_patients_of_each_column(tmp_path, capsys):
    rows = [["", "Drug", "Placebo", "P"], ["No. patients (%)", "22", "20", ""]]
    rows += [["Stay, days, mean ± SD", "4.2 ± 1.2", "2.1 ± 1.1", "0.259"]]
    text, _ = asked(tmp_path, capsys, rows)
    assert "both t tests give P below 0.0001" in text


# √(0.6 · 0.4 / 60) is 6.3 %: 12.4 to either side are an interval, 20 are none.
@pytest.mark.parametrize(
    ("limits", "read"), [("47.6–72.4", True), ("40.0–80.0", False), ("−12.0–72.4", False)]
)
def test_limits_that_no_share_has_are_no_interval(tmp_path, capsys, limits, read):
    rows = [["", "Drug (n = 60)", "Placebo (n = 60)"]]
    _, ledger = asked(tmp_path, capsys, [*rows, ["FEV1 (%)"] + [f"60.0 ({limits})"] * 2])
    assert ("% (95% CI" in ledger) == read


def test_a_head_p_over_numbers_of_patients_is_a_part_of_its_scale(tmp_path, capsys):
    rows = [["", "", "Mood", "Mood"], ["", "", "P", "Q"]]
    for at in range(4):
        rows += [[f"Region {at}", "r", "−.214", ".142"], ["", "p", ".352", ".540"]]
        rows += [["", "n", "21", "21"]]
    text, _ = asked(tmp_path, capsys, rows)
    assert "p-value of 21" not in text


@pytest.mark.parametrize(("mark", "test"), [("⌘", "mann_whitney"), ("€", None)])
def test_any_sign_may_be_a_mark_of_a_test(tmp_path, capsys, mark, test):
    rows = [["", "Drug (n = 40)", "Placebo (n = 50)", "P"]]
    rows += [["Grip, mean (SD)", "23.3 (5.3)", "23.1 (5.6)", f"0.61 {mark}"]]
    caption = "Table 1. Results. €: t test or ANOVA #: χ² test ⌘: Mann Whitney U-Test"
    _, ledger = asked(tmp_path, capsys, rows, caption=caption)
    assert ("mann_whitney" in ledger) == (test is not None)


@pytest.mark.parametrize(
    ("title", "told"),
    [("A cluster-randomised trial", False), ("A trial in clusters of cells", True)],
)
def test_counts_of_clusters_have_no_plain_test(tmp_path, capsys, title, told):
    rows = [[*HEAD, "P"], ["Fever, n (%)", "20 (50.0%)", "10 (20.0%)", "0.31"]]
    text, ledger = asked(tmp_path, capsys, rows, title)
    assert ("none prints as P = 0.31" in text) == told
    assert ("clustered" in ledger) == (not told)
