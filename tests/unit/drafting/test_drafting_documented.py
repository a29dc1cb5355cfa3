"""Guesses on registry data sets beside their documentation; what is missed is listed."""

import re
from pathlib import Path

import pytest
from documented_trials import FIRST, MISSES, SECOND, SEEN, Documented

from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.tables import profile

EVERY = (*SEEN, *FIRST, *SECOND)
PAGE = Path(__file__).resolve().parents[3] / "docs" / "benchmarks-profile.md"


def missed(documented: Documented, table: Table) -> set[str]:
    """What the first candidates do not have as the documentation does."""
    roles = {"subject": table.subject, "arm": table.arm, "visit": table.visit}
    wrong = {
        role
        for role, found in roles.items()
        if (found[0] if found else "") != getattr(documented, role)
    }
    keys = [set(key) for key in table.keys if key != ("rownames",)]
    right = set(documented.key) in keys if documented.key else not keys
    return wrong | (set() if right else {"key"})


@pytest.mark.parametrize("documented", EVERY, ids=[one.item for one in EVERY])
def test_a_guess_is_what_the_documentation_says(documented: Documented):
    (table,) = profile([f"registry:{documented.item}"])
    assert missed(documented, table) == MISSES.get(documented.item, set())


def test_the_page_counts_them():
    text = PAGE.read_text(encoding="utf-8")
    for told, group in (("seen", SEEN), ("first", FIRST), ("second", SECOND)):
        hits = [
            len(group) - sum(role in MISSES.get(one.item, ()) for one in group)
            for role in ("subject", "arm", "visit", "key")
        ]
        row = re.search(rf"^\| {told}, now \|.*$", text, re.MULTILINE)
        assert row, told
        assert [int(cell) for cell in row[0].split("|")[2:7]] == [len(group), *hits]


def test_ids_that_are_numbered_within_sites_are_told():
    (table,) = profile(["registry:geepack/respiratory"])
    assert set(table.keys[0]) == {"id", "visit", "center"}
    assert "several values of center" in table.evidence["subject"]


def test_codes_of_states_are_no_missing_values():
    (table,) = profile(["registry:Stat2Data/CAFE"])
    assert table.column("State").missing_codes == ()


def test_a_frequent_value_is_no_code_for_missing():
    (table,) = profile(["registry:Stat2Data/FruitFlies"])
    assert table.column("Partners").missing_codes == ()
