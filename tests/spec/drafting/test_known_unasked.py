"""What the files tell of arm, control and primary endpoint is taken unasked, and named among the
guesses; where they could say something else it is asked."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

N = 240
DRAW = random.Random(34)
HALVES = [n % 2 for n in range(N)]


def codes(*values: object) -> list[object]:
    """One of the values a row, in every arm alike."""
    return [values[n // 2 % len(values)] for n in range(N)]


def numbers(low: int, high: int) -> list[int]:
    return [DRAW.randint(low, high) for _ in range(N)]


def drafted(folder: Path, note: str = "", **columns: Sequence[object]) -> Draft:
    """Taken as under --yes; `_` in a name of a column stands for a point."""
    rows = zip(*columns.values(), strict=True)
    head = ",".join(name.replace("__", ".") for name in columns)
    write(folder / "trial.csv", [head, *(",".join(map(str, row)) for row in rows)])
    if note:
        write(folder / "notes.txt", [note])
    return decide(profile([str(folder)]), {}, first_choice)


def taken(draft: Draft, name: str) -> tuple[str, bool]:
    """The value of a guess, and whether it was taken unasked."""
    (guess,) = [one for one in draft.guesses if one.name == name]
    return guess.value, not guess.blinds


@pytest.mark.parametrize(
    ("name", "unasked"),
    [("treat", True), ("treatment", True), ("trt2", True), ("TxDrug", True), ("arm", False)],
)
def test_a_column_called_treated_has_0_of_who_was_not(tmp_path: Path, name: str, unasked: bool):
    draft = drafted(tmp_path, **{name: HALVES, "pain": numbers(0, 100)})
    assert taken(draft, "arm") == (name, True)
    assert taken(draft, "control") == ("0", unasked)


def test_labels_go_before_the_name_of_a_treated(tmp_path: Path):
    note = "if treat=0, then the mother got weekly texts\nif treat=1, then the mother got a booklet"
    draft = drafted(tmp_path, note, treat=HALVES, pain=numbers(0, 100))
    assert not taken(draft, "control")[1]


@pytest.mark.parametrize(
    ("labels", "control", "unasked"),
    [
        (("placebo", "standard drug", "new drug"), "placebo", True),
        (("sham", "reference", "experimental"), "sham", True),
        # What else is no treatment may be the control too, and so may a dummy of either drug.
        (("placebo", "usual care", "new drug"), "placebo", False),
        (("new and placebo", "standard and placebo", "both"), "new and placebo", False),
        (("active placebo", "standard drug", "new drug"), "active placebo", False),
    ],
)
def test_a_placebo_is_the_control_beside_a_standard(tmp_path: Path, labels, control, unasked):
    arm = [labels[n % 3] for n in range(N)]
    draft = drafted(tmp_path, arm=arm, pain=numbers(0, 100))
    found, sure = taken(draft, "control")
    assert sure is unasked and (found == control or not unasked)


APART = "Children were assigned to a treatment group ({}) or the control group ({}){}"


@pytest.mark.parametrize(
    ("note", "control", "unasked"),
    [
        (APART.format("eating nuts", "leaving out nuts", "."), "leaving out nuts", True),
        (APART.format("leaving out nuts", "eating nuts", "."), "eating nuts", True),
        # Of another trial, of one arm alone, or of groups that no lot made.
        (APART.format("eating nuts", "leaving out nuts", " in the trial of Berg."), "", False),
        ("Children were assigned to the control group (eating nuts).", "", False),
        ("We saw a treatment group (eating nuts), a control group (leaving out nuts).", "", False),
        (APART.format("eating nuts", "no nuts of any sort", "."), "", False),
    ],
)
def test_a_sentence_that_names_the_group_of_every_arm(tmp_path: Path, note, control, unasked):
    arm = [("eating nuts", "leaving out nuts")[half] for half in HALVES]
    draft = drafted(tmp_path, note, group=arm, pain=numbers(0, 100))
    found, sure = taken(draft, "control")
    assert sure is unasked and (found == control or not unasked)


@pytest.mark.parametrize(
    ("note", "label"),
    [
        ("zone: 1 - control; 2 - steroid", "control"),
        ('zone: 1 == "Control", 2 == "Drug"', "Control"),
        (
            "zone: levels 1 (indicating control group) and 2 (indicating drug group)",
            "control group",
        ),
        ("zone: whether it is control (zone=1) or drug (zone=2)", "control"),
    ],
)
def test_codes_in_the_words_of_a_codebook(tmp_path: Path, note: str, label: str):
    draft = drafted(
        tmp_path, f"{note}\npain: of 0 to 100", zone=[1 + h for h in HALVES], pain=numbers(0, 100)
    )
    assert dict(draft.table("trial").column("zone").choices)["1"] == label


def test_a_codebook_names_columns_in_whole_words(tmp_path: Path):
    note = (
        "treatment group: 1 = standard, 2 = test\nT-stage: of the tumour\nsex: 1 = male, 2 = female"
    )
    arm = [1 + half for half in HALVES]
    draft = drafted(tmp_path, note, treatm=arm, tstage=codes(1, 2, 3), sex=codes(1, 2), dead=HALVES)
    assert dict(draft.arm.choices) == {"1": "standard", "2": "test"}
    assert draft.table("trial").column("tstage").label == "of the tumour"
    assert taken(draft, "control") == ("1", True)


@pytest.mark.parametrize(
    ("columns", "primary", "unasked"),
    [
        # Beside what no name speaks for.
        (
            {"outcome__score": numbers(0, 99), "saves": codes(0, 1), "lists": codes(0, 1, 1)},
            "outcome.score",
            True,
        ),
        (
            {"outcome": codes("yes", "no"), "saves": codes(0, 1, 1), "lists": codes(0, 0, 1)},
            "outcome",
            True,
        ),
        # Codes that no file explains may be how a stay ended; two outcomes are asked.
        ({"outcome": codes(2, 3, 4), "icudays": numbers(1, 60)}, "", False),
        ({"outcome__a": numbers(0, 99), "outcome__b": numbers(0, 99)}, "", False),
        # The one that is left beside what was before.
        ({"baseline": numbers(0, 99), "age": numbers(20, 90), "auc": numbers(0, 9)}, "auc", True),
        ({"height": numbers(150, 190), "auc": numbers(0, 9)}, "", False),
        # A weight after the start is an outcome too.
        ({"weight_6m": numbers(50, 99), "auc": numbers(0, 99)}, "", False),
        ({"adherence": numbers(0, 99), "auc": numbers(0, 99)}, "", False),
    ],
)
def test_an_outcome_beside_what_is_none(tmp_path: Path, columns, primary, unasked):
    draft = drafted(tmp_path, arm=[("placebo", "drug")[half] for half in HALVES], **columns)
    found, sure = taken(draft, "primary")
    assert sure is unasked and (found == primary or not unasked)


@pytest.mark.parametrize(("beside", "unasked"), [("height", True), ("vas", False)])
def test_a_sentence_on_the_one_outcome_that_is_left(tmp_path: Path, beside: str, unasked: bool):
    columns = {"womac": numbers(0, 99), beside: numbers(100, 200), "finding": codes(*"abcdefgh")}
    arm = [("placebo", "drug")[half] for half in HALVES]
    draft = drafted(tmp_path, "The primary outcome was function (womac).", arm=arm, **columns)
    assert taken(draft, "primary") == ("womac", unasked)


def test_a_time_ends_with_the_event_that_its_label_names(tmp_path: Path):
    columns = {"tempos": numbers(1, 60), "cens": codes(0, 1, 1)}
    note = (
        "grupos: 1 - controle; 2 - droga\ntempos: tempo\ncens: indicadora da ocorrência do evento"
    )
    draft = drafted(tmp_path, note, grupos=[1 + half for half in HALVES], **columns)
    assert (draft.primary.column, draft.primary.status, draft.primary.event) == (
        "tempos",
        "cens",
        "1",
    )
    assert not [one for one in draft.guesses if one.blinds]


def test_a_logarithm_of_the_time_is_no_second_time(tmp_path: Path):
    note = "drug: arm\nTIME: days\nY: log of TIME\nCENSOR: Event for the trial"
    arm = [("placebo", "drug")[half] for half in HALVES]
    days = numbers(1, 400)
    draft = drafted(
        tmp_path, note, drug=arm, TIME=days, CENSOR=codes(0, 1, 1), Y=[n / 9 for n in days]
    )
    assert taken(draft, "primary") == ("TIME", True)
    assert draft.primary.event == "1"


@pytest.mark.parametrize(("label", "unasked"), [("prompted to watch", True), ("selected", False)])
def test_who_was_prompted_at_random_is_the_arm(tmp_path: Path, label: str, unasked: bool):
    note = f"zone: 1 if the subject was (randomly) {label}\nwatched: yes or no\nbelief: of 0 to 9"
    watched = [int(half and n % 3 > 0) for n, half in enumerate(HALVES)]
    draft = drafted(tmp_path, note, zone=HALVES, watched=watched, belief=numbers(0, 9))
    if unasked:
        assert (taken(draft, "arm"), taken(draft, "control")) == (("zone", True), ("0", True))
    else:
        assert not taken(draft, "arm")[1]


def test_one_of_several_numbered_groups_is_asked_as_the_arm(tmp_path: Path):
    groups = {f"i_grp_addr_{n}": codes(0, 1) for n in (1, 2, 3)}
    draft = drafted(tmp_path, **groups, turnout=codes(0, 0, 1))
    assert not taken(draft, "arm")[1]
    draft = drafted(tmp_path, anysecrettreatment=HALVES, **groups, turnout=codes(0, 0, 1))
    assert draft.arm.name == "anysecrettreatment"


def test_healthy_people_are_no_arm(tmp_path: Path):
    """Of people with a disease and without it, who had both treatments, the treatments are."""
    rows = [
        f"p{n},{('ill', 'healthy control')[n % 2]},{('sham', 'verum')[k]},{DRAW.randint(0, 99)}"
        for n in range(60)
        for k in range(2)
    ]
    write(tmp_path / "trial.csv", ["patient,group,stimulation,error", *rows])
    draft = decide(profile([str(tmp_path / "trial.csv")]), {}, first_choice)
    assert draft.arm.name == "stimulation" and draft.control == "sham"
