"""Guesses on registry data sets beside their documentation; what is missed is listed."""

from contextlib import suppress
from functools import cache

import pytest
from documented_outcomes import EVERY as OUTCOMES
from documented_outcomes import holds
from documented_trials import FIRST, MISSES, SECOND, SEEN, Documented

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.questions import Question
from trialtrace.run.drafting.tables import profile

pytestmark = pytest.mark.full

EVERY = (*SEEN, *FIRST, *SECOND)


@cache
def profiled(item: str) -> tuple[Table, ...]:
    return profile([f"registry:{item}"])


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
    (table,) = profiled(documented.item)
    assert missed(documented, table) == MISSES.get(documented.item, set())


@pytest.mark.parametrize(
    ("group", "hits"),
    [(SEEN, [32, 29, 32, 32]), (FIRST, [26, 25, 27, 25]), (SECOND, [25, 24, 26, 26])],
)
def test_how_often_the_first_candidate_is_right(group, hits):
    """Of the subject, the arm, the visit, the key."""
    roles = ("subject", "arm", "visit", "key")
    assert hits == [
        len(group) - sum(role in MISSES.get(one.item, ()) for one in group) for role in roles
    ]


class Enough(Exception):
    """The question has been asked; no one needs to know what follows it."""


def question(item: str, told: dict[str, str], flag: str) -> Question | None:
    """What would be asked; None where it comes to no question."""
    asked: list[Question] = []

    def ask(one: Question) -> None:
        if one.flag == flag:
            asked.append(one)
            raise Enough

    with suppress(UserError, Enough):
        decide(profiled(item), told, ask)
    return asked[0] if asked else None


def counted(outcomes: list[str]) -> list[int]:
    return [len(outcomes), *(outcomes.count(one) for one in ("right", "wrong", "asked"))]


def test_what_is_taken_unasked_is_right():
    documented = {one.item: one.arm for one in EVERY} | {one.item: one.arm for one in OUTCOMES}
    rows: dict[str, list[str]] = {}
    for item, arm in documented.items():
        if asked := question(item, {}, "arm"):
            right = "right" if asked.choices[0][0] == arm else "wrong"
            rows.setdefault("arm", []).append(right if asked.sure else "asked")
    for one in OUTCOMES:
        if asked := question(one.item, {"arm": one.arm}, "primary"):
            known = {column.partition("+")[0] for column in one.columns.split()}
            hit = any(holds(asked.choices[0][0], column) for column in known)
            right = "right" if hit else "wrong"
            half = "half for rules" if one.ruled else "other half"
            rows.setdefault(f"primary endpoint, {half}", []).append(
                right if asked.sure else "asked"
            )
    assert {name: counted(each) for name, each in rows.items()} == {
        "arm": [112, 86, 0, 26],
        "primary endpoint, half for rules": [46, 30, 0, 16],
        "primary endpoint, other half": [52, 30, 0, 22],
    }


def test_codes_of_states_are_no_missing_values():
    (table,) = profile(["registry:Stat2Data/CAFE"])
    assert table.column("State").missing_codes == ()


def test_a_frequent_value_is_no_code_for_missing():
    (table,) = profile(["registry:Stat2Data/FruitFlies"])
    assert table.column("Partners").missing_codes == ()
