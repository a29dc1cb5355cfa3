"""What the data section tells of unusual rows."""

from types import SimpleNamespace as Stub

from trialtrace.base.styles import PLAIN
from trialtrace.report.sections.data_quality import sentence, told_rows
from trialtrace.run.integrity.look import Look, judged

REAL = Stub(
    trial=Stub(synthetic=False, stamp=None, plan=Stub(style=PLAIN), endpoints={}, dictionary={})
)


def test_looks_are_counted_beside_what_chance_gives():
    looks = [Look(f"t.x{k}", "last digits", 0.5, check="digits") for k in range(150)]
    told = sentence(judged(looks))
    assert told.startswith("150 checks ")
    assert "by chance alone at most about 1.5 are expected to have p below 0.01, fewer" in told
    assert "conservative; 0 have." in told
    assert "none is unusual" in told
    told = sentence(judged([*looks, Look("t.y", "spread", 1e-9, check="sites")]))
    assert "; 1 has." in told and "1 is unusual" in told


def test_rows_of_what_stands_out_are_shown_and_cut():
    rows = tuple(range(2, 90, 2))
    looks = [
        Look("v.x", "44 of 90 values", 1e-6, rows, "carried"),
        Look("v.y", "spread", 0.3, check="sites"),
    ]
    told = told_rows(REAL, judged(looks))
    line = next(line for line in told.splitlines() if "44 of 90" in line)
    assert "| &#60;0.0001 | &#60;0.0001 | 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, … |" in line
    assert "v.y" not in told
    assert "#tbl-unusual" in told and "p times the looks of its kind" in told


def test_more_lines_than_a_reader_takes_are_counted():
    looks = [Look(f"t.x{k}", "last digits", 0.001, check="digits") for k in range(30)]
    told = told_rows(REAL, judged(looks))
    assert told.count("last digits") == 25
    assert "The first 25 of 30" in told


def test_without_a_look_nothing_is_told():
    assert told_rows(REAL, []) == ""
