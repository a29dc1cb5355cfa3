"""Printed numbers of well-known trials, from their abstracts: none is an alarm, a changed one is.

They hold what a ledger of one's own has not: ratios of Cox's model and adjusted ones, rates per
person-time, percentages of survival curves, a credible interval, a margin of non-inferiority, a
median with its interval, relative reductions.
"""

from pathlib import Path

import pytest

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.printed.verdicts import FAILS
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.base.paths import project

HERE = Path(__file__).parent / "published"
LEDGERS = sorted(path.stem for path in HERE.glob("*.yaml"))


def verdicts(path: Path) -> dict[str, set[str]]:
    """The agreements of the components of each claim."""
    found: dict[str, set[str]] = {}
    for row in audit_ledger(read_standing(project(), path, trust=False)[0]).rows:
        found.setdefault(row["claim_id"], set()).add(row["on_print"])
    return found


def failing(path: Path) -> set[str]:
    return {name for name, found in verdicts(path).items() if found & set(FAILS)}


@pytest.mark.parametrize("name", LEDGERS)
def test_a_true_paper_raises_no_alarm(name):
    assert failing(HERE / f"{name}.yaml") == set()


CHANGED = [
    ("aspirin1989", "0.45 to 0.70; P<0.00001", "0.54 to 1.70; P<0.00001", "mi_rr"),
    ("aspirin1989", "44 percent", "54 percent", "mi_reduction"),
    ("apixaban2011", "P=0.047", "P=0.47", "dh"),
    ("apixaban2011", 'margin: "1.38"', 'margin: "0.80"', "ph"),
    ("blood_pressure2015", "P=0.003", "P=0.03", "dh"),
    ("blood_pressure2015", "243 (5.2%)", "234 (5.2%)", "p1"),
    ("bnt162b2_2020", "95.0%", "90.5%", "ve"),
    ("dapagliflozin2019", "276 (11.6%)", "267 (11.6%)", "d1"),
    ("dexamethasone2021", "283 of 683", "238 of 683", "usual_v"),
    ("glucose2009", "odds ratio for intensive control, 1.14", "odds ratio, 1.41", "dr"),
    ("glucose2009", "6104", "6140", "size"),
    ("lung_screening2011", "6.8 to 26.7", "26.8 to 36.7", "ar"),
    ("prone2013", "32.8%", "32.6%", "a0"),
    ("ramipril2000", "826 (17.8%)", "862 (17.8%)", "p0"),
    ("remdesivir2020", "13 to 18", "16 to 18", "a0"),
    ("temperature2013", "P=0.51", "P=0.15", "ah"),
    ("temperature2013", "P=0.78", "P=0.28", "br"),
]


@pytest.mark.parametrize(("name", "printed", "other", "claim"), CHANGED)
def test_a_changed_number_is_found(tmp_path, name, printed, other, claim):
    text = (HERE / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.count(printed) == 1
    path = tmp_path / "ledger.yaml"
    path.write_text(text.replace(printed, other), encoding="utf-8")
    assert verdicts(path)[claim] & {"contradicts", "question"}
