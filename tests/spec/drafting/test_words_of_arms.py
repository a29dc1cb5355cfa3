"""What the codes of the arm mean, by a sentence of a text and by a column of words beside them."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

DRAW = random.Random(11)
LOTS = [DRAW.randint(0, 1) for _ in range(80)]
WORDS = ("Usual care", "Training")


def drafted(folder: Path, files: dict[str, Sequence[str]]) -> Draft:
    for name, lines in files.items():
        write(folder / name, list(lines))
    return decide(profile([str(folder)]), {}, first_choice)


def patients(*beside: tuple[str, Sequence[str]]) -> list[str]:
    """Patients with codes of a group, and columns beside it."""
    names = "".join(f",{name}" for name, _ in beside)
    return [
        f"id,group{names},score",
        *(
            f"{n},{lot}{''.join(f',{cells[n]}' for _, cells in beside)},{DRAW.randint(0, 40)}"
            for n, lot in enumerate(LOTS)
        ),
    ]


def labels(draft: Draft) -> dict[str, str]:
    return {code: label.lower() for label, code in draft.arms.values()}


@pytest.mark.parametrize(
    "said",
    [
        "group: coded 0 = control, 1 = treatment",
        "The variable group is coded 0 = control, 1 = treatment.",
        "group - 0 control, 1 treatment",
        "group (0=control; 1=treatment)",
        "The allocation is stored in group (coded as 0 for control and 1 for treatment).",
        "group | treatment group, 0: control, 1: treatment",
        "`group`  1 = treatment\n         0 = control",
    ],
)
def test_a_text_says_what_codes_are(tmp_path: Path, said: str):
    draft = drafted(tmp_path, {"t.csv": patients(), "README.txt": ["Our trial.", "", said]})
    assert labels(draft) == {"0": "control", "1": "treatment"}
    assert draft.arms[draft.control][1] == "0"
    assert [one for one in draft.guesses if one.name == "arms" or one.blinds] == []


@pytest.mark.parametrize(
    "said",
    [
        "The group was drawn. Answers are 0 = never, 1 = always.",
        "group: see the protocol\nscore: 0 = none, 40 = all",
        "Each group had 40 people. 0 control people and 1 treated left.",
    ],
)
def test_codes_of_another_sentence_are_of_something_else(tmp_path: Path, said: str):
    draft = drafted(tmp_path, {"t.csv": patients(), "README.txt": [said]})
    assert labels(draft) == {"0": "0", "1": "1"}


@pytest.mark.parametrize("name", ["group_txt", "groupname", "what", "arm_label"])
def test_a_column_of_words_names_the_arms(tmp_path: Path, name: str):
    """Whether the words or the codes are taken for the arm, it has their names."""
    draft = drafted(tmp_path, {"t.csv": patients((name, [WORDS[lot] for lot in LOTS]))})
    assert sorted(label for label, _ in draft.arms.values()) == ["Training", "Usual care"]
    assert draft.control == "usual_care"


def test_the_one_of_the_same_name_goes_first(tmp_path: Path):
    other = ("level", [("Low", "High")[lot] for lot in LOTS])
    own = ("group_txt", [("Diet", "Exercise")[lot] for lot in LOTS])
    draft = drafted(tmp_path, {"t.csv": patients(other, own)})
    assert {"diet", "exercise"} == {*draft.arms}


def test_places_and_columns_that_disagree_once_name_no_arms(tmp_path: Path):
    nearly = [WORDS[lot ^ (n == 5)] for n, lot in enumerate(LOTS)]
    towns = [("York", "Leeds")[lot] for lot in LOTS]
    draft = drafted(tmp_path, {"t.csv": patients(("felt", nearly), ("town", towns))})
    assert "york" not in draft.arms
    assert [one.name for one in draft.guesses if "one of these words" in one.evidence] == []


def test_a_dummy_names_no_arms_and_tells_no_control(tmp_path: Path):
    turned = [str(1 - lot) for lot in LOTS]
    page = ["group: treatment group with imipramine and desipramine"]
    page += ["g1: dummy variable for treatment group", "id: patient", "score: points"]
    files = {"trial.csv": patients(("g1", turned)), "names.txt": page}
    draft = drafted(tmp_path, files)
    assert (draft.arm.name, labels(draft)) == ("group", {"0": "0", "1": "1"})
    assert next(one for one in draft.guesses if one.name == "control").blinds
    # Words of the file are of the arms all the same.
    words = [("yes", "no")[lot] for lot in LOTS]
    draft = drafted(tmp_path, {"trial.csv": patients(("group_trained", words))})
    assert draft.control == "no"


@pytest.mark.parametrize(
    ("label", "asked"),
    [
        ("treatment with imipramine or desipramine", True),
        ("treated or not", False),
        ("imipramine or placebo", False),
    ],
)
def test_of_two_drugs_either_may_be_the_control(tmp_path: Path, label: str, asked: bool):
    lines = [line.replace("group", "treat") for line in patients()]
    page = [f"treat: {label}", "id: patient", "score: points"]
    draft = drafted(tmp_path, {"trial.csv": lines, "names.txt": page})
    control = next(one for one in draft.guesses if one.name == "control")
    assert (draft.arm.name, control.blinds) == ("treat", asked)


def test_the_arm_is_no_dummy_of_it(tmp_path: Path):
    dose = [str(n % 3) for n in range(len(LOTS))]
    dummy = [str(int(one == "2")) for one in dose]
    lines = patients(("dose_group", dose), ("treat", dummy))
    page = ["treat: dummy of the dose", "dose_group: group", "id: patient", "score: points"]
    lines = [",".join(line.split(",")[:1] + line.split(",")[2:]) for line in lines]
    draft = drafted(tmp_path, {"trial.csv": lines, "names.txt": page})
    assert draft.arm.name == "dose_group"
    page[0] = "treat: any treatment"
    draft = drafted(tmp_path, {"trial.csv": lines, "names.txt": page})
    assert draft.arm.name == "treat"
