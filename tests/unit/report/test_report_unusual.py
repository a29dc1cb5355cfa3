"""What the data section, and page 1, have of the checks of the rows."""

from types import SimpleNamespace as Stub

import pytest

from trialtrace.base.styles import PLAIN
from trialtrace.report.sections.data_quality import sentence, told_rows
from trialtrace.run.cleaning.account import CONTRADICTION, NOT_RED
from trialtrace.run.integrity import look as kinds
from trialtrace.run.integrity.first_page import page_line
from trialtrace.run.integrity.look import Look, judged

REAL = Stub(
    trial=Stub(synthetic=False, stamp=None, plan=Stub(style=PLAIN), endpoints={}, dictionary={})
)
USES = {("v", "x"): ["earnings"]}
LABELS = {("v", "x"): "Real earnings in 1978"}


def test_the_section_counts_the_checks_and_the_flags():
    looks = [Look(f"t.x{k}", "last digits", 0.5, check="digits") for k in range(150)]
    assert sentence(judged(looks)).startswith("150 checks ")
    assert "none is flagged" in sentence(judged(looks))
    assert "2 are flagged" in sentence(
        judged([*looks, *(Look(f"t.y{k}", "spread", 1e-9, check="spreads") for k in range(2))])
    )


def test_rows_of_flags_are_shown_and_cut():
    rows = tuple(range(2, 90, 2))
    looks = [
        Look("v.x", "44 of 90 values", 1e-6, rows, "carried"),
        Look("v.y", "spread", 0.3, check="spreads"),
    ]
    told = told_rows(REAL, judged(looks))
    (line,) = (line for line in told.splitlines() if "44 of 90" in line)
    assert line.startswith("| 1.1 |") and "| 2, 4, 6, 8, 10, 12, 14, 16, … |" in line
    assert "v.y" not in told and "#tbl-unusual" in told


def test_more_flags_than_a_reader_takes_are_counted():
    looks = [Look(f"t.x{k}", "last digits", 1e-6, check="digits") for k in range(30)]
    told = told_rows(REAL, judged(looks))
    assert told.count("last digits") == 25
    assert "The first 25 of 30" in told


def test_without_a_look_nothing_is_told():
    assert told_rows(REAL, []) == ""


def line_of(*looks: Look, known=()):
    return page_line("nsw", judged(looks), USES, LABELS, known)


@pytest.mark.parametrize(
    ("kind", "p", "line"),
    [
        (kinds.PATTERN, 1e-9, "remark"),
        (kinds.LOSS, 1e-9, "unusual_rows"),
        (kinds.CONTRADICTION, 1e-9, "unusual_rows"),
        (kinds.CONTRADICTION, 0.9, CONTRADICTION),
        (kinds.PATTERN, 0.04, None),
        (kinds.LOSS, 0.9, None),
    ],
)
def test_only_contradictions_and_losses_beyond_chance_are_red(kind, p, line):
    found = line_of(Look("v.x", "14 of 445 values", p, (432, 433), "levels", kind))
    assert [one.kind for one in found] == ([line] if line else [])
    assert {"remark", CONTRADICTION} <= NOT_RED and "unusual_rows" not in NOT_RED


def test_page_1_has_one_line_in_plain_words():
    rows = tuple(range(432, 447))
    told = "15 of 445 values are higher than in the rows before"
    looks = [
        Look("v.x", told, 1e-7, rows, "levels"),
        Look("v.y", "2 of 9 dates are before birth", 0.5, (4,), "order", kinds.CONTRADICTION),
        Look("v.z", "nothing", 1.0, (), "digits"),
    ]
    (line,) = line_of(looks[0], looks[2])
    text = f"Rows 432–446 of v, Real earnings in 1978 (v.x): {told}. "
    assert line.text == f"{text}Is the file sorted, or the unit another? Used by earnings."
    assert (line.table, line.column) == ("v", "x")
    (line,) = line_of(*looks)
    assert line.text.startswith("Rows 4 of v, v.y: 2 of 9 dates are before birth.")
    assert line.text.endswith("1 more flag: trialtrace integrity nsw.")


def test_what_cleaning_declares_as_known_has_no_line():
    look = Look("v.x", "14 of 445 values", 1e-9, (432,), "levels")
    assert line_of(look, known={"v.x": "a bonus"}) == []
