"""Groups of two or three patients without a patient's number: families, couples, twins, pairs."""

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.endpoints import planned
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.plan import plan_file
from trialtrace.run.drafting.questions import guess_nothing_told
from trialtrace.run.drafting.tables import profile

GROUPS = 30
TOLD = {"arm": "arm", "control": "placebo", "primary": "score"}


def drafted(folder: Path, head: str, rows: list[str], told: Mapping[str, str] = TOLD) -> Draft:
    write(folder / "trial.csv", [head, *rows])
    return decide(profile([str(folder / "trial.csv")]), told, guess_nothing_told)


def groups(sizes: tuple[int, ...] = (2,), members: str = "12345") -> list[str]:
    """Rows of groups that have one arm each, with a member of each and its score."""
    draw = random.Random(3)
    arms = ["placebo", "active"] * (GROUPS // 2)
    draw.shuffle(arms)
    return [
        f"{group + 1},{members[at]},{arms[group]},{draw.randint(20, 70)},{draw.randint(0, 60)}"
        for group in range(GROUPS)
        for at in range(sizes[group % len(sizes)])
    ]


NAMES = (
    *("family", "household", "couple", "mother", "litter", "familie", "haushalt", "pareja"),
    *("famiglia", "rodzina", "семья", "family_id", "mother_no", "twin_pair", "koppel"),
)


@pytest.mark.parametrize("name", NAMES)
def test_groups_of_two_are_clusters(tmp_path: Path, name: str):
    draft = drafted(tmp_path, f"{name},member,arm,age,score", groups())
    assert (draft.design.kind, draft.design.cluster) == ("cluster", name)
    assert draft.subject == {"trial": "source_row"}
    assert "design" in {one.name for one in draft.guesses}
    # No test that takes the rows for independent.
    analysis = plan_file(draft, planned(draft), people(draft))["analyses"]["score"]
    assert "welch" not in str(analysis)


def test_the_members_are_no_outcome(tmp_path: Path):
    rows = groups(members="AB")
    write(tmp_path / "trial.csv", ["mother,twin,arm,age,score", *rows])
    told = {"arm": "arm", "control": "placebo"}
    draft = decide(profile([str(tmp_path / "trial.csv")]), told, guess_nothing_told)
    assert draft.primary.column == "score"
    assert "twin" not in {one.column for one in draft.others}


def test_children_numbered_within_families_are_patients(tmp_path: Path):
    draft = drafted(tmp_path, "family,child,arm,age,score", groups(sizes=(1, 2, 3)))
    assert draft.design.cluster == "family"
    (table,) = draft.tables
    assert table.joined == {"patient_id": ("family", "child")}


def test_groups_of_patients_with_numbers(tmp_path: Path):
    rows = [f"P{at:03},{row}" for at, row in enumerate(groups(sizes=(2, 1, 2)))]
    draft = drafted(tmp_path, "pid,mother_id,member,arm,age,score", rows)
    assert (draft.subject["trial"], draft.design.cluster) == ("pid", "mother_id")


def test_groups_of_one_arm_but_for_a_row_are_asked(tmp_path: Path):
    draw = random.Random(7)
    rows = [
        f"P{n:03},{n % 20},{int(n % 20 > 9) if n != 45 else 1},{draw.randint(0, 60)}"
        for n in range(200)
    ]
    draft = drafted(tmp_path, "pid,uc,arm,score", rows, told := TOLD | {"control": "0"})
    (guess,) = [one for one in draft.guesses if one.name == "design"]
    assert draft.design.kind == "parallel" and guess.blinds
    assert "1 of 200 rows of the data (46) has another arm than the others of their uc" in (
        guess.evidence
    )
    with pytest.raises(UserError, match=r"1 of 200 rows of the data \(46\)(.|\n)*--where"):
        drafted(tmp_path, "pid,uc,arm,score", rows, told | {"cluster": "uc"})


def test_matched_pairs_are_told(tmp_path: Path):
    draw = random.Random(4)
    rows = [
        f"{pair},{arm},{draw.randint(20, 70)},{draw.randint(0, 60)}"
        for pair in range(GROUPS)
        for arm in draw.sample(["placebo", "active"], 2)
    ]
    draft = drafted(tmp_path, "pair,arm,age,score", rows)
    assert draft.design.kind == "parallel"
    (guess,) = [one for one in draft.guesses if one.name == "pairs"]
    assert "--subject pair --design within_subject" in guess.evidence
    within = TOLD | {"subject": "pair", "design": "within_subject"}
    draft = decide(profile([str(tmp_path / "trial.csv")]), within, guess_nothing_told)
    assert draft.design.kind == "within_subject"


def test_matched_pairs_are_told_of_patients_with_several_visits(tmp_path: Path):
    draw = random.Random(5)
    rows = [
        f"{pair},{2 * pair + at},{arm},{week},{draw.gauss(20, 3):.1f}"
        for pair in range(GROUPS)
        for at, arm in enumerate(draw.sample(["placebo", "active"], 2))
        for week in (0, 4, 8)
        if week < 8 or pair % 3
    ]
    draft = drafted(tmp_path, "pair,id,arm,week,score", rows)
    (guess,) = [one for one in draft.guesses if one.name == "pairs"]
    assert "Each value of pair has" in guess.evidence and "by --where" in guess.evidence


def test_pairs_of_two_of_three_arms_are_not_told_as_matched(tmp_path: Path):
    draw = random.Random(6)
    rows = [
        f"{pair},{arm},{draw.randint(20, 70)},{draw.randint(0, 60)}"
        for pair in range(GROUPS)
        for arm in draw.sample(["placebo", "active", "other"], 2)
    ]
    draft = drafted(tmp_path, "pair,arm,age,score", rows)
    assert "pairs" not in {one.name for one in draft.guesses}


def test_a_score_whose_values_come_twice_is_no_group(tmp_path: Path):
    draw = random.Random(5)
    scores = draw.sample(range(GROUPS), GROUPS) + draw.sample(range(GROUPS), GROUPS)
    rows = [f"P{at},{('placebo', 'active')[at % 2]},{score}" for at, score in enumerate(scores)]
    assert drafted(tmp_path, "pid,arm,score", rows).design.kind == "parallel"
