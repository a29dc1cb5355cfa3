"""Endpoint, event and control where a text, a label or the data say which they are."""

import random
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

ARMS = ("reed", "control")


def drafted(folder: Path, head: str, rows: list[str], page: list[str] | None = None) -> Draft:
    write(folder / "trial.csv", [head, *rows])
    if page:
        (folder / "notes.txt").write_text("\n".join(page), encoding="utf-8")
    return decide(profile([str(folder)]), {}, first_choice)


def opened(draft: Draft) -> set[str]:
    return {one.name for one in draft.guesses if one.blinds}


def oboes(n: int = 80) -> list[str]:
    draw = random.Random(5)
    return [f"{ARMS[k % 2]},{draw.randint(3, 60)},{draw.randint(3, 60)}" for k in range(n)]


@pytest.mark.parametrize(
    ("page", "column"),
    [
        (["Whether a reed is better", "as measured by squeaks (a minute)", "played (SQ)."], "SQ"),
        (["The primary outcome was cracked tones (CT); squeaks (SQ) too."], "CT"),
        (["Squeaks (SQ) and cracked tones (CT) were counted."], ""),
        (["Compared as measured by squeaks (SQ).", "The primary outcome: tones (CT)."], ""),
    ],
)  # fmt: skip
def test_a_text_that_says_what_is_compared_is_offered_first_and_asked(
    tmp_path: Path, page: list[str], column: str
):
    draft = drafted(tmp_path, "arm,SQ,CT", oboes(), page)
    assert "primary" in opened(draft)
    if column:
        assert draft.primary.column == column and "notes.txt, line" in draft.primary.evidence


def test_measure_1_in_the_article_is_the_endpoint_and_stands_alone(tmp_path: Path):
    rows = [f"{n},{row},{row}" for n, row in enumerate((r.partition(",")[2] for r in oboes()), 1)]
    rows = [f"{row},{ARMS[n % 2]}" for n, row in enumerate(rows)]
    page = ["player: number", "tone: the original measure (used as measure 1 in the article)"]
    page += ["tone10: mean of ten tones", "tone20: mean of the next ten"]
    draft = drafted(tmp_path, "player,tone,tone10,tone20,loud,arm", rows, page)
    assert draft.primary.column == "tone" and not draft.primary.columns
    assert "primary" not in opened(draft)


@pytest.mark.parametrize("slope", [1, 7])
def test_a_score_and_its_standard_are_one_outcome(tmp_path: Path, slope: int):
    """What a player is, whatever is done, is none; another number is."""
    rows = [
        f"{arm},{hit},{(int(hit) * (1 if slope == 1 or n % 7 else 2) - 30) / 16:.6f},{n % 4}"
        for n, (arm, hit, _) in enumerate(row.split(",") for row in oboes())
    ]
    page = ["arm: randomised arm", "hits: tones hit", "zhits: standardized tones hit"]
    draft = drafted(tmp_path, "arm,hits,zhits,schooling", rows, [*page, "schooling: its level"])
    assert ("primary" not in opened(draft)) == (slope == 1)
    assert slope > 1 or draft.primary.column == "hits"


@pytest.mark.parametrize("code", ["0", "1"])
@pytest.mark.parametrize("ended", [True, False])
def test_the_code_of_the_longest_times_was_followed_to_the_end(
    tmp_path: Path, code: str, ended: bool
):
    """Where times end one by one, it may be either."""
    draw, other = random.Random(7), "10"[int(code)]
    rows = []
    for n in range(200):
        time = draw.randint(1, 90)
        last = time > 56 if ended else False
        state = code if last or draw.random() < 0.3 else other
        rows.append(f"{ARMS[n % 2]},{56 if last else time},{state}")
    draft = drafted(tmp_path, "arm,time,censor", rows)
    assert ("event" not in opened(draft)) == ended
    assert not ended or draft.primary.event == other


@pytest.mark.parametrize(("other", "sure"), [("", True), ("0", False)])
def test_who_has_no_number_of_lessons_is_the_control(tmp_path: Path, other: str, sure: bool):
    """Not where some of both have one."""
    rows = [
        f"{2 - n % 2},{n % 9 if n % 2 else other if n % 10 == 0 else ''},{n * 7 % 31}"
        for n in range(80)
    ]
    draft = drafted(tmp_path, "group,lessons,tones_after", rows)
    assert ("control" not in opened(draft)) == sure
    assert not sure or draft.arms[draft.control][1] == "2"


@pytest.mark.parametrize(("name", "sure"), [("tried", True), ("tried_rescue", False)])
def test_the_arm_in_which_next_to_nobody_tried_it_is_the_control(
    tmp_path: Path, name: str, sure: bool
):
    """Of what else was taken more may be in the control."""
    rows = [f"{n % 2},{int(n == 4 or n % 6 == 3)},{n * 7 % 31}" for n in range(100)]
    draft = drafted(tmp_path, f"group,{name},tones_after", rows)
    assert ("control" not in opened(draft)) == sure
    assert not sure or draft.arms[draft.control][1] == "0"


@pytest.mark.parametrize(
    ("name", "alone"),
    [("stage1,stage2", False), ("site1,site2", True), ("analysed", True), ("heard", False)],
)
def test_the_only_number_beside_places_and_who_was_analysed_is_the_endpoint(
    tmp_path: Path, name: str, alone: bool
):
    """Which hall, and whose tape was analysed, is no outcome; who was heard may be."""
    draw = random.Random(7)
    each = len(name.split(","))
    rows = [
        f"{n},{ARMS[n % 2]},{','.join(str(draw.randint(0, 1)) for _ in range(each))},"
        f"{draw.randint(100, 160)}"
        for n in range(80)
    ]
    write(tmp_path / "trial.csv", [f"pid,arm,{name},squeak", *rows])
    tables = profile([str(tmp_path / "trial.csv")])
    draft = decide(tables, {"where": "all"} if alone else {}, first_choice)
    assert ("primary" not in opened(draft)) == alone
    assert draft.primary.column == "squeak" or not alone
