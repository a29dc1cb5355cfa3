"""Codebooks in forms that were read in part or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.paths import Project
from trialtrace.run.drafting.codebook import sections_of
from trialtrace.run.drafting.described import with_values
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

GOATS = ["goat,feed_group,horn", *(f"{n},{n % 2},{n % 3}" for n in range(60))]
MILK = ["goat,horn,litres", *(f"{n},{n % 4},{n % 7}" for n in range(60))]
FEEDS = {"0": "hay", "1": "maize"}


def described(folder: Path, book: str, lines: Sequence[str], *beside: str) -> list[Table]:
    """The tables of the files as a shell gives them for a pattern, each by its name."""
    write(folder / "goats.csv", GOATS)
    write(folder / book, [*lines])
    if beside:
        write(folder / "milk.csv", MILK)
    return [*profile(sorted(str(path) for path in folder.iterdir()))]


@pytest.mark.parametrize("name", ["README.md", "book.txt"])
@pytest.mark.parametrize("mark", ["'{}' {}", '"{}" {}', '- "{}", {}', "“{}” {}", "{}: {}"])
def test_names_in_quotes_need_no_colon(tmp_path: Path, name: str, mark: str):
    said = {"feed_group": "feed (0 = hay, 1 = maize)", "horn": "horns", "milk yield": "litres"}
    (table,) = described(tmp_path, name, [mark.format(*each) for each in said.items()])
    group = table.column("feed_group")
    assert (group.label, dict(group.choices)) == ("feed", FEEDS)
    assert table.column("horn").label == "horns"
    told = table.evidence["described"]
    assert "Left aside, as no table has such a column: milk yield (line 3)." in told


def test_a_name_may_have_blanks_where_the_column_has_a_mark(tmp_path: Path):
    lines = ["Feed groups (0=hay, 1=maize), drawn by lot (in May)", "Horn: horns"]
    (table,) = described(tmp_path, "README.md", lines)
    assert dict(table.column("feed_group").choices) == FEEDS
    assert "Left aside" not in table.evidence["described"]


SECTIONS = [
    *("horn: horns (0 = none, 1 = one, 2 = two)", "feed_group: feed (0 = hay, 1 = maize)", ""),
    "horn: drinking horn",
]


@pytest.mark.parametrize(
    "heads",
    [
        ("DATA FILE: goats.csv", "DATA FILE: milk.csv"),
        ("DATA-SPECIFIC INFORMATION FOR: goats.csv", "DATA-SPECIFIC INFORMATION FOR: milk.csv"),
        ("## goats.csv", "## milk.csv"),
        ("**goats.csv**", "**milk.csv**"),
        ("#### File: goats.csv\n\n##### Variables", "#### File: milk.csv\n\n##### Variables"),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_each_section_of_a_file_is_of_its_table(tmp_path: Path, heads: Sequence[str], listed: bool):
    """Neither codes nor labels of the other, also where a list of all files stands before."""
    lines = [*("1. goats.csv", "2. milk.csv", "") * listed, heads[0], "", *SECTIONS[:3]]
    lines += [heads[1], "", SECTIONS[3], "litres: of milk"]
    goats, milk = described(tmp_path, "README.txt", lines, "milk")
    assert (
        goats.column("horn").label == "horns" and dict(goats.column("horn").choices)["2"] == "two"
    )
    assert dict(goats.column("feed_group").choices) == FEEDS
    horn = milk.column("horn")
    assert horn.label == "drinking horn" and all(code == label for code, label in horn.choices)
    assert milk.column("litres").label == "of milk"


def test_a_list_of_files_heads_nothing(tmp_path: Path):
    lines = ["Files:", "goats.csv", "milk.csv", "", *SECTIONS[:2], "litres: of milk"]
    goats, milk = described(tmp_path, "README.txt", lines, "milk")
    assert goats.column("horn").label == "horns" and milk.column("litres").label == "of milk"


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("feeding groups (1=maize, 0=hay)", "feeding groups"),
        ("feeding groups (1=maize, 0=hay), see the paper (12 weeks).", "feeding groups"),
        ("feeding groups (maize=1, hay=0)", "feeding groups"),
        ("feeding groups (0/1 = hay/maize)", "feeding groups"),
    ],
)
def test_codes_in_brackets_with_their_words(text: str, head: str):
    found = with_values(text, ("0", "1"))
    assert found and (found[0], dict(found[1])) == (head, FEEDS)


@pytest.mark.parametrize("text", ["group (0/1/2 = hay/maize)", "scale 0/1 = of either"])
def test_lists_of_unequal_length_label_nothing(text: str):
    assert with_values(text, ("0", "1")) is None


@pytest.mark.parametrize(
    "lines",
    [
        ["# Goats", "", "We had 60 goats, and", "fed them, as we said."],
        ["# Goats"],
        ["| File | What |", "|---|---|", "| goats.csv | data |"],
        ["Title: a, b, c", "Author: d, e, f", "Funding: x, y, z"],
    ],
)
@pytest.mark.parametrize("name", ["README.md", "Readme_goats.txt", "about.docx", "notes.rst"])
def test_a_text_given_by_name_is_no_table_of_patients(tmp_path: Path, name: str, lines: list[str]):
    (table,) = described(tmp_path, name, lines)
    assert table.rows == 60
    assert f"{name}: beside the tables, nothing of it is read" in table.evidence["set_aside"]


@pytest.mark.parametrize("told", [[], ["--stack", "part"]])
def test_codes_that_differ_between_files_are_told(
    at: Project, call: Callable[..., int], capsys: pytest.CaptureFixture[str], told: list[str]
):
    """Both files and columns, and what to do; nothing where one of them is given."""
    first = [f"{n},{'AB'[n % 2]},{n % 3},{n * 7 % 31}" for n in range(60)]
    other = [f"{n + 60 * bool(told)},{'AB'[n % 2]},{1 + n % 3},{n * 5 % 37}" for n in range(60)]
    folder = at.root / "data"
    write(folder / "a.csv", ["id,arm,grade,score", *first])
    write(folder / "b.csv", [f"id,arm,grade,{'score' if told else 'pain'}", *other])
    steps = ("mild", "moderate", "severe")
    codes = ["; ".join(f"{n} = {step}" for n, step in enumerate(steps, start)) for start in (0, 1)]
    book = [f"## {file}.csv\ngrade: grade ({each})" for file, each in zip("ab", codes, strict=True)]
    write(folder / "README.md", book)
    files = [folder / name for name in ("README.md", "a.csv", "b.csv")]
    assert call("new", "mine", *files, "--yes", *told) == 1
    said = capsys.readouterr().err
    assert "column grade of b.csv" in said and "1 is mild; in column grade of a.csv" in said
    assert "--tables a.csv" in said and "fault" not in said
    assert call("new", "mine", *files, "--yes", "--tables", "a.csv") == 0


@pytest.mark.parametrize(
    ("code", "label", "missing"),
    [
        ("-9", "nicht beantwortet / no answer / refused", True),
        ("99", "refused", True),
        ("3", "refused", False),
        ("-9", "much worse", False),
    ],
)
def test_a_code_outside_of_a_scale_that_means_no_answer(
    tmp_path: Path, code: str, label: str, missing: bool
):
    rows = [f"{n},{n % 2},{code if n % 9 == 0 else n % 3}" for n in range(60)]
    write(tmp_path / "goats.csv", ["goat,feed_group,mood", *rows])
    write(
        tmp_path / "book.txt", [f"mood: 0 = bad; 1 = good; 2 = fine; {code} = {label}", "goat: id"]
    )
    (table,) = profile([str(tmp_path)])
    mood = table.column("mood")
    assert (mood.missing_codes == (code,)) == missing == (code not in dict(mood.choices))


def test_what_patients_had_against_the_name_of_the_arm_is_asked(tmp_path: Path):
    """Those of treat = 0 had the sessions: the name, by which 0 had nothing, is no reason."""
    rows = [f"{n},{n % 2},{'' if n % 2 else 5 + n * 3 % 41},{n * 7 % 31}" for n in range(60)]
    write(tmp_path / "goats.csv", ["goat,treat,sessions,score", *rows])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    guess = {one.name: one for one in draft.guesses}["control"]
    assert guess.blinds and guess.value == "1" and "0 of 30 have sessions" in guess.evidence


@pytest.mark.parametrize(
    "heads",
    [
        ("Variable", "Libellé", "Modalités"),
        ("Variable", "Bezeichnung", "Ausprägungen"),
        ("Campo", "Descripción", "Códigos"),
        ("Variabile", "Etichetta", "Codifica"),
        ("Variável", "Rótulo", "Códigos"),
        ("Variabele", "Omschrijving", "Waarden"),
    ],
)
@pytest.mark.parametrize("quote", ['"', ""])
def test_heads_of_codebooks_in_other_languages(tmp_path: Path, heads: Sequence[str], quote: str):
    """Also where codes have the mark of the cells between them, and no quotes."""
    rows = ["goat;Chèvre;", f"feed_group;Feed;{quote}0 = hay ; 1 = maize{quote}", "horn;Cornes;"]
    (table,) = described(tmp_path, "book.csv", [";".join(heads), *rows])
    group = table.column("feed_group")
    assert (group.label, dict(group.choices)) == ("Feed", FEEDS)
    assert table.column("horn").label == "Cornes"


def test_a_table_of_data_with_such_heads_is_no_codebook(tmp_path: Path):
    """Names that are no columns are those of people, or of goats."""
    lines = ["nom;libelle;valeur", *(f"G{n};x;{n % 5}" for n in range(60))]
    tables = described(tmp_path, "visites.csv", lines)
    assert "described" not in {key for table in tables for key in table.evidence}
    assert [*tables[0].column("feed_group").choices] == [("0", "No"), ("1", "Yes")]


@pytest.mark.parametrize("mark", ["{}   {}", "{}: {}"])
@pytest.mark.parametrize("code", ["{}   {}", "{} = {}", "{}: {}"])
def test_codes_on_lines_of_their_own_below_a_name(tmp_path: Path, mark: str, code: str):
    names = {"goat": "Number", "feed_group": "Feed, by lot", "horn": "Horns"}
    codes = {"feed_group": FEEDS, "horn": {"0": "none", "1": "one", "2": "two", "9": "not seen"}}
    lines = list[str]()
    for name, label in names.items():
        below = [f"     {code.format(*each)}" for each in codes.get(name, {}).items()]
        lines += [mark.format(name, label), *below, ""]
    (table,) = described(tmp_path, "book.txt", lines)
    assert {name: table.column(name).label for name in names} == names
    assert dict(table.column("feed_group").choices) == FEEDS
    assert dict(table.column("horn").choices) == {"0": "none", "1": "one", "2": "two"}


def test_numbers_that_stand_apart_below_a_name_are_no_codes(tmp_path: Path):
    """A line between, or one that is not set in, is of nothing above it."""
    write(tmp_path / "book.txt", ["feed: by lot", "", "  0  hay", "horn: horns", "2 to 3 goats"])
    (section,) = sections_of(tmp_path / "book.txt")
    assert [(one.name, one.codes) for one in section.entries] == [("feed", ""), ("horn", "")]


@pytest.mark.parametrize(
    ("text", "values", "codes"),
    [
        ("lame (0 no, 1 yes)", "01", {"0": "no", "1": "yes"}),
        ("sex, M male, F female", "MF", {"M": "male", "F": "female"}),
        ("lame: 0 no / 1 mildly", "01", {"0": "no", "1": "mildly"}),
        # One that is not listed, as 9 is for what is missing.
        ("lame (0 no, 1 yes)", "019", {"0": "no", "1": "yes"}),
        # Units, numbers in a sentence, and other codes than those of the cells.
        ("seen at 4 weeks, 8 weeks", "48", None),
        ("goats, 1 or 2 in a stable", "12", None),
        ("lame (0 no, 1 yes)", "012", None),
        ("lame (0 no, 1 yes, 2 badly)", "01", None),
    ],
)
def test_codes_without_a_mark(text: str, values: str, codes: dict[str, str] | None):
    made = with_values(text, [*values])
    assert (dict(made[1]) if made else None) == codes


SYNTAX = """* Goats of the barn, exported in May.
VARIABLE LABELS
  goat 'Number of the goat'
  feed_group "Feed, by lot"
  horn 'Goat''s horns'.
variable labels leg1 to leg3 'Lame'.
VALUE LABELS
  feed_group 0 'hay' 1 'maize' /
  horn 0 'none' 1 "one" 2 'two' 9 'seen at dusk'.
Missing Values horn (9).
FREQUENCIES VARIABLES=horn /ORDER=ANALYSIS.
"""


@pytest.mark.parametrize("named", [True, False])
def test_a_syntax_file_of_spss(tmp_path: Path, named: bool):
    rows = [f"{n},{n % 2},{9 if n % 8 == 0 else n % 3},{n % 5},{n % 2}" for n in range(60)]
    write(tmp_path / "goats.csv", ["goat,feed_group,horn,leg1,leg2", *rows])
    write(tmp_path / "labels.sps", SYNTAX.splitlines())
    given = sorted(map(str, tmp_path.iterdir())) if named else [str(tmp_path)]
    (table,) = profile(given)
    horn = table.column("horn")
    assert (horn.label, horn.missing_codes) == ("Goat's horns", ("9",))
    assert dict(horn.choices) == {"0": "none", "1": "one", "2": "two"}
    assert dict(table.column("feed_group").choices) == FEEDS
    assert "horn (line 5)" in table.evidence["described"]


def test_syntax_without_labels_says_nothing(tmp_path: Path):
    (tmp_path / "run.sps").write_text("GET FILE='goats.sav'.\nT-TEST GROUPS=horn(0 1).\n")
    assert sections_of(tmp_path / "run.sps") == []
