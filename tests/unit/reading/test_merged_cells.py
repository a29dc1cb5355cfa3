"""Cells of files that stand over several rows, and raised marks in cells."""

import pytest

from trialtrace.audit.reading.draft import draft
from trialtrace.audit.reading.read import parsed

HEADS = "<tr><th></th><th>Training (n=40)</th><th>Control (n=50)</th><th>P</th></tr>"


def read(*rows, caption="Outcomes"):
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    table = f"<table><thead>{HEADS}</thead>{body}</table>"
    wrap = f"<label>Table 2</label><caption><p>{caption}</p></caption>{table}"
    text = f"<article><body><sec><table-wrap>{wrap}</table-wrap></sec></body></article>"
    return draft(parsed(text.encode(), "paper.xml", ".xml")[0])


def row(*cells, over=1):
    last = f'<td rowspan="{over}">{cells[3]}</td>' if len(cells) > 3 else ""
    return [*(f"<td>{cell}</td>" for cell in cells[:3]), last]


def compared(made):
    every = made.items.values()
    return [(one.outcome, one.visit, one.printed) for one in every if one.kind == "p"]


def test_a_p_over_several_rows_is_of_their_section():
    made = read(
        row("Comorbidity", "", "", ""),
        row("Diabetes", "10 (25.0)", "20 (40.0)", "0.30", over=3),
        row("Asthma", "2 (5.0)", "2 (4.0)"),
        row("Other", "3 (7.5)", "3 (6.0)"),
    )
    assert compared(made) == [("Comorbidity", None, "P = 0.30")]


def test_a_p_over_rows_of_no_section_is_of_them_all():
    made = read(
        row("Male", "10 (25.0)", "20 (40.0)", "0.30", over=2),
        row("Female", "30 (75.0)", "30 (60.0)"),
        row("Age, mean (SD)", "50 (9)", "51 (9)", "0.60"),
    )
    assert compared(made) == [("Male / Female", None, "P = 0.30"), ("Age", None, "P = 0.60")]


def test_a_p_over_rows_of_several_times_is_of_none_of_them():
    made = read(
        row("Pain, mean (SD)", "", "", ""),
        row("Baseline", "50.1 (9.9)", "51.2 (9.1)", "0.03", over=2),
        row("Week 6", "40.1 (9.9)", "51.2 (9.1)"),
    )
    assert compared(made) == [("Pain", None, "P = 0.03")]
    p = next(name for name, one in made.items.items() if one.kind == "p")
    assert "stands beside several times" in made.claims[p]["unconfirmed"]


@pytest.mark.parametrize("mark", ["<sup>a</sup>", "<sup>1</sup>", "ᵃ", "¹", "†", "<sup>*,#</sup>"])
def test_raised_marks_are_no_part_of_numbers(mark):
    made = read(row("Pain, mean (SD)", f"50.1 (9.9){mark}", f"51.2{mark} (9.1)", f"0.03{mark}"))
    printed = [one.printed for one in made.items.values()]
    assert printed == ["mean (SD) 50.1 (9.9)", "mean (SD) 51.2 (9.1)", "P = 0.03"]
