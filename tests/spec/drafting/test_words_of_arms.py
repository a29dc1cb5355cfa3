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
