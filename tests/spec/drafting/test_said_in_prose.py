"""What documents and sentences beside the tables say: a codebook of Word, the primary outcome, the
direction of a column, what it holds, and codes behind what they mean."""

import random
import zipfile
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.endpoints import planned
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def blinds(made: Draft) -> set[str]:
    return {one.name for one in made.guesses if one.blinds}


def document(path: Path, lines: list[str], table: list[tuple[str, ...]]) -> None:
    """A Word document of paragraphs and a table."""

    def said(text: str) -> str:
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    rows = "".join(
        f"<w:tr>{''.join(f'<w:tc>{said(cell)}</w:tc>' for cell in row)}</w:tr>" for row in table
    )
    body = f"{''.join(map(said, lines))}<w:tbl>{rows}</w:tbl>"
    text = f"<w:document xmlns:w='{W}'><w:body>{body}</w:body></w:document>"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", text)


def scored(folder: Path) -> Path:
    draw = random.Random(2)
    rows = [
        f"{n},{1 + n % 2},{draw.gauss(50, 9):.1f},{draw.gauss(5, 1):.1f},{draw.gauss(3, 1):.1f}"
        for n in range(40)
    ]
    write(folder / "data.csv", ["id,grp,v1,v2,v3", *rows])
    return folder


def test_a_document_is_a_codebook(tmp_path: Path):
    table = [
        ("Variable", "Description", "Coding"),
        ("grp", "randomised group", "1 = placebo, 2 = honey"),
        ("v1", "Lake score (primary outcome)", ""),
        ("v2", "Lake score of the partner, a secondary outcome", ""),
        ("v3", "salt in the lake", "mg/L"),
    ]
    said = ["Codebook", "Higher scores on v1 indicate a worse state."]
    document(scored(tmp_path) / "codebook.docx", said, table)
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    assert {label for label, _ in made.arms.values()} == {"Placebo", "Honey"}
    assert made.primary.column == "v1" and "primary" not in blinds(made)
    assert "codebook.docx" in made.home.evidence["described"]


def test_a_file_that_is_no_document_says_nothing(tmp_path: Path):
    (scored(tmp_path) / "codebook.docx").write_bytes(b"PK\x03\x04 no more of it")
    assert {
        label for label, _ in decide(profile([str(tmp_path)]), {}, first_choice).arms.values()
    } == {"1", "2"}


def lake(folder: Path, says: str) -> Draft:
    draw = random.Random(4)
    rows = [
        f"{n},{n % 2},{draw.gauss(50, 9):.1f},{draw.gauss(5, 1):.1f},{draw.gauss(30, 4):.1f}"
        for n in range(40)
    ]
    write(folder / "data.csv", ["id,arm,lake,algae,reed", *rows])
    write(folder / "README.md", ["# Data", "", says])
    return decide(profile([str(folder)]), {}, first_choice)


@pytest.mark.parametrize(
    ("says", "first", "asks"),
    [
        ("The primary outcome is the score of the lake (`reed`).", "reed", False),
        ("Honey changes reed after a year, our primary endpoint.", "reed", True),
        ("The primary outcome of the pilot was the score (`reed`).", "reed", True),
    ],
)
def test_a_sentence_that_names_the_primary_outcome(tmp_path: Path, says, first, asks):
    made = lake(tmp_path, says)
    assert made.primary.column == first and ("primary" in blinds(made)) == asks


@pytest.mark.parametrize(
    ("says", "side"),
    [
        ("For reed, higher values are worse.", "worse"),
        ("The column reed is a score of which lower values indicate a better pond.", "worse"),
        ("Higher scores on reed mean a better pond. Lower values of reed are better.", ""),
        ("Higher values of reed and of algae are worse.", ""),
    ],
)
def test_a_sentence_on_the_values_of_a_column_gives_its_direction(tmp_path: Path, says, side):
    made = lake(tmp_path, f"The primary outcome is `reed`. {says}")
    assert made.primary.column == "reed" and planned(made)[0].higher[0] == side


def test_codes_behind_what_they_mean(tmp_path: Path):
    made = lake(tmp_path, "Lakes were randomised to placebo (arm = 0) or to honey (arm = 1).")
    assert {code: label for label, code in made.arms.values()} == {"0": "Placebo", "1": "Honey"}
    assert made.arms[made.control][1] == "0"


@pytest.mark.parametrize(
    ("says", "label"),
    [
        ("The column reed holds the height of the reed, where higher values are worse.", True),
        ("Two columns follow. `reed` is the height of the reed in cm.", True),
        ("Reed is common at lakes. reed is the height of the reed.", False),
        ("The column reed is a secondary outcome.", False),
    ],
)
def test_what_a_column_holds_in_prose(tmp_path: Path, says: str, label: bool):
    made = lake(tmp_path, says).home.column("reed").label
    assert made.startswith("height of the reed") == label
