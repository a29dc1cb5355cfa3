"""Codebooks in the forms that strangers have: each thing taken says where it stands."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from made_exports import write

from trialtrace.run.drafting.codebook import columns_of
from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.described import with_values
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.enrolled import of_trial
from trialtrace.run.drafting.likely_outcome import is_primary
from trialtrace.run.drafting.outcomes import label_of
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.questions import Question, first_choice, guess_nothing_told
from trialtrace.run.drafting.study import population_flags
from trialtrace.run.drafting.tables import profile

HEAD = "id,group,male,hb,qol_1,qol_2"
LISTED = {"0": "placebo", "1": "drug"}
FORMS = {
    "keys.txt": ["group: arm [0: placebo; 1: drug]", "male: sex", "hb: haemoglobin", "qol_1,"],
    "book.txt": [
        "variable\ttype\tdescription",
        "group\tnumeric\tarm (0 = placebo, 1 = drug)",
        "hb\tnumeric haemoglobin",
        "qol_1..2\tnumeric\tquality of life",
    ],
    "README.md": [
        "# A trial",
        "Objective: to learn",
        "## Variables",
        "| Variable | Description | Values |",
        "|---|---|---|",
        "| `group` | arm | 0 = placebo, 1 = drug |",
        "| `hb` | haemoglobin | 50-200 |",
        "```",
        "male: as_factor(male)",
        "```",
    ],
    "notes.md": ["- `group` – arm (0 = placebo; 1 = drug)", "- **hb**: haemoglobin"],
    "numbered.md": ["1. **`group`**: arm (0 = placebo; 1 = drug)", "2. **`hb`**: haemoglobin"],
    "trial.Rd": [
        r"\format{\describe{",
        r"  \item{\code{group}}{: arm; placebo = 0, drug = 1.}",
        r"  \item{hb}{haemoglobin}",
        r"}}",
    ],
    "names.csv": [
        "Name,Explanation,Coding,Unit",
        "group,arm,0: placebo; 1: drug,",
        "hb,haemoglobin,,g",
    ],
}


def data(folder: Path) -> None:
    rows = [f"{n},{n % 2},{n % 3 % 2},{100 + n},{n % 7},{n % 5}" for n in range(60)]
    write(folder / "export.csv", [HEAD, *rows])


def described(folder: Path, name: str, lines: list[str]) -> list[Table]:
    data(folder)
    write(folder / name, lines)
    return list(profile([str(folder)]))


@pytest.mark.parametrize("name", [*FORMS])
def test_labels_and_codes_of_a_codebook_of_any_form(tmp_path: Path, name: str):
    (table,) = described(tmp_path, name, FORMS[name])
    group = table.column("group")
    assert group.label == "arm" and dict(group.choices) == LISTED
    assert table.column("hb").label == "haemoglobin" and table.column("male").label in (
        "male",
        "sex",
    )
    line = next(n for n, text in enumerate(FORMS[name], start=1) if "hb" in text)
    assert f"{name}, which is no table of data, says" in table.evidence["described"]
    assert f"hb (line {line})" in table.evidence["described"]
    assert "set_aside" not in table.evidence
    assert table.column("hb").unit == ("g" if name == "names.csv" else "")


def test_what_names_no_columns_is_no_codebook(tmp_path: Path):
    lines = ["Objective: to learn", "Design: a trial", "group: of friends", "Funding: none"]
    (table,) = described(tmp_path, "README.md", lines)
    assert table.column("group").label == "group"
    assert "README.md: beside the tables" in table.evidence["set_aside"]
    assert (
        len(described(tmp_path, "labs.csv", ["name,value", *(f"p{n},{n}" for n in range(30))])) == 2
    )


def test_sections_of_files_in_sheets_and_codes_that_no_cell_can_be(tmp_path: Path):
    data(tmp_path)
    write(tmp_path / "visits.csv", ["id,male,day", *(f"{n},{n % 2},{n % 4}" for n in range(60))])
    rows = [
        ["Data dictionary of the trial"],
        ["Column", "Explanation", "Coding"],
        ["At the start: export.csv"],
        ["male", "Sex", "0: Female; 1: Male"],
        ["hb (qol_1)", "A number", ""],
        ["At visits: visits.csv"],
        ["male", "Was seen by a man", ""],
        ["day", "Day", "0: entry; 1-3: later"],
    ]
    with pd.ExcelWriter(tmp_path / "dict.xlsx") as book:
        pd.DataFrame([["note"]]).to_excel(book, sheet_name="About", index=False, header=False)
        pd.DataFrame(rows).to_excel(book, sheet_name="Sheet2", index=False, header=False)
    files = [str(tmp_path / name) for name in ("export.csv", "visits.csv", "dict.xlsx")]
    first, second = profile(files)
    assert dict(first.column("male").choices) == {"0": "Female", "1": "Male"}
    assert first.column("qol_1").label == first.column("hb").label == "A number"
    assert second.column("male").label == "Was seen by a man"
    assert "0" not in dict(second.column("day").choices) or len(second.column("day").choices) == 4
    assert "dict.xlsx [Sheet2]" in first.evidence["described"]
    assert "About: sheets of words" in first.evidence["set_aside"]


def test_labels_of_few_of_the_values_are_none(tmp_path: Path):
    lines = ["Name,Explanation,Coding", "qol_1,Quality of life,1 = never; 2 = often", "hb,Blood,"]
    (table,) = described(tmp_path, "names.csv", lines)
    column = table.column("qol_1")
    assert (column.label, column.choices) == ("Quality of life", ())


def test_names_that_stand_for_several_columns():
    known = {"ms_1", "ms_2", "ms_3", "day_d1", "day_d2", "pre.h1", "post.h1", "q9", "q10", "a", "b"}
    assert columns_of("ms_1..3", known) == ["ms_1", "ms_2", "ms_3"]
    assert columns_of("Q9-Q10", known) == ["q9", "q10"]
    assert columns_of("day_d1(d2,d3)", known) == ["day_d1", "day_d2"]
    assert columns_of("pre.h1 (post)", known) == ["pre.h1", "post.h1"]
    assert columns_of("a, b", known) == ["a", "b"] and columns_of("x", known) == []


@pytest.mark.parametrize(
    ("text", "values", "labels"),
    [
        ("A = usual (Control); B = new", "AB", {"A": "usual (Control)", "B": "new"}),
        ("P: Yes; N: No; U: unknown", "PN", {"P": "Yes", "N": "No"}),
        ("P: Yes; N: No", ("P", "N", "WP"), {"P": "Yes", "N": "No"}),
        ("gender; male = 1, female = 0.", "01", {"1": "male", "0": "female"}),
        ("care = 1 vs control = 0", "01", {"1": "care", "0": "control"}),
        (
            "town (1 = Rye, Sussex, 2 = Deal, Kent, and 3, Hythe).",
            "123",
            {"1": "Rye, Sussex", "2": "Deal, Kent", "3": "Hythe"},
        ),
    ],
)
def test_labels_of_values(text: str, values: Sequence[str], labels: dict[str, str]):
    found = with_values(text, values)
    assert found is not None and dict(found[1]) == labels


def test_what_gives_no_labels_of_values():
    """Of a condition, of half of the values, of one alone."""
    for text, values in (
        ("one if x = 1 and y = 4", "01"),
        ("0: entry; 1-7: later", "01234567"),
        ("0: none; 1: some", "012345"),
    ):
        assert with_values(text, values) is None
    assert with_values("A = control", "A") is None


# Saved by LibreOffice: names, labels and codes, alone and beside a sheet of data.
OLD = Path(__file__).parent / "old_workbooks"


def test_an_old_workbook_is_a_codebook_and_data(tmp_path: Path):
    data(tmp_path)
    book = tmp_path / "codes.xls"
    book.write_bytes((OLD / "codes.xls").read_bytes())
    (table,) = profile([str(tmp_path)])
    assert dict(table.column("group").choices) == LISTED
    assert table.column("hb").label == "Blood"
    book.write_bytes((OLD / "both.xls").read_bytes())
    beside, own = sorted(profile([str(tmp_path)]), key=lambda one: one.rows, reverse=True)
    assert beside.column("hb").label == "Blood"
    assert (own.reading["sheet"], own.rows) == ("rows", 1)
    assert [one.name for one in own.columns] == ["id", "mark"]
    book.write_bytes(book.read_bytes()[:3000])
    (table,) = profile([str(tmp_path)])
    assert "codes.xls cannot be read: this old .xls workbook cannot" in table.unread[0].why


def test_rows_of_the_trial_keep_the_words_of_a_codebook(tmp_path: Path):
    """Codes in words, "0 for placebo", stay with --where, and so does where they stand."""
    lines = ["group: arm, 0 for placebo, 1 if drug", "hb: haemoglobin"]
    tables = described(tmp_path, "keys.txt", lines)
    (table,) = of_trial(tables, Decided({"where": "male=1"}, guess_nothing_told))
    assert table.rows < tables[0].rows and table.column("hb").label == "haemoglobin"
    assert dict(table.column("group").choices) == LISTED
    assert table.evidence["described"] == tables[0].evidence["described"]


def test_whom_a_codebook_excludes_is_asked(tmp_path: Path):
    """In the lines of R, "$ name : text"; everybody stays where nothing is answered."""
    lines = [" $ hb  : haemoglobin", " $ male : 1 if late. Excluded from the primary analysis."]
    (table,) = described(tmp_path, "codebook.txt", [*lines, " $ hb  : num [1:60] 100 101 102 ..."])
    assert table.column("hb").label == "haemoglobin"
    decided = Decided({}, guess_nothing_told)
    assert of_trial([table], decided)[0].rows == table.rows
    (guess,) = decided.guesses
    assert (guess.name, guess.value, guess.blinds) == ("where", "all", True)
    asked = []
    of_trial([table], Decided({}, lambda question: asked.append(question)))
    assert [choice for choice, _ in asked[0].choices] == ["all", "male=0"]
    assert not is_primary(table.column("male"))


@pytest.mark.parametrize(
    ("name", "said", "population"),
    [
        ("anal", "Included in the intention-to-treat population (1 = yes)", "itt"),
        ("anal", "Per protocol set", "per_protocol"),
        ("safety_set", "", "safety"),
        ("mitt", "", "modified_itt"),
        ("anal", "Reason for exclusion from the per protocol analysis", None),
        ("anal", "Excluded from the intention-to-treat analysis", None),
        ("anal", "ITT analysis set (0 = included)", None),
    ],
)
def test_populations_by_the_words_of_a_codebook(name, said, population, tmp_path: Path):
    rows = [
        f"{n},{('placebo', 'drug')[n % 2]},{int(n % 9 > 0)},{20 + n * 7 % 13}" for n in range(60)
    ]
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "trial.csv", [f"id,arm,{name},score", *rows])
    if said:
        write(tmp_path / "in" / "codebook.csv", ["variable,description", f'{name},"{said}"'])
    told = {"arm": "arm", "control": "placebo", "primary": "score", "where": "all"}
    draft = decide(profile([str(tmp_path / "in")]), told, guess_nothing_told)
    assert population_flags(draft) == ({population: (name, "1")} if population else {})


PAGE = """Trial of a Drug

Description:

     Self-assessment of 60 patients. Time was not looked at.

Format:

     A data frame with 60 observations on the following variables:

     {group} Treatment group variable, coded as (0) for the placebo
          group and (1) for the drug group.

     {male} a numeric vector with 0 denoting women and 1 men.

     {hb} Haemoglobin at the
          end of the trial. Measured twice.

Source:

     id Lipsitz, S.R. (1994) _Statistics in Medicine_, *13*, 1149.
"""
MARKED = """Trial of a Drug

Description:

     Data of a trial.

        • ‘group’: treatment, ‘"0"’ = a placebo, and ‘"1"’ = the drug

        • ‘hb’: Haemoglobin at the
          end of the trial. Measured twice.

Format:

     An object of class ‘data.frame’ with 60 rows.
"""
BELOW = """## Trial of a drug

### Format

A data frame with 60 observations.

group



Treatment: `0` means placebo and `1` means drug

hb



Haemoglobin at the
end of the trial

### Source

id by hand
"""


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("trial.txt", MARKED.replace("’: ", "’. ")),
        ("trial.txt", PAGE.format(group="group", male="male", hb="hb")),
        ("trial.txt", PAGE.format(group="‘group’", male="‘male’", hb="‘hb’")),
        ("trial.txt", MARKED),
        ("trial.md", BELOW),
    ],
)
def test_a_help_page_of_r_that_became_text(name: str, page: str, tmp_path: Path):
    """Paragraphs under Format, marked ones, and names with what they are below: whole labels, the
    codes of the arm, and nothing of its other sections."""
    data(tmp_path)
    (tmp_path / name).write_text(page, encoding="utf-8")
    (table,) = profile([str(tmp_path)])
    codes = dict(table.column("group").choices)
    assert [code.removesuffix(" group") for code in codes.values()] == ["placebo", "drug"]
    assert "coded" not in table.column("group").label
    assert table.column("hb").label == "Haemoglobin at the end of the trial"
    assert table.column("id").label == "id"
    if "denoting" in page:
        assert dict(table.column("male").choices) == {"0": "women", "1": "men"}
        assert table.column("male").label == "male"
    draft = decide((table,), {"arm": "group", "primary": "hb"}, guess_nothing_told)
    assert draft.arms[draft.control][1] == "0"


def test_a_form_in_several_languages_is_a_codebook_though_few_names_are_columns(tmp_path: Path):
    data(tmp_path)
    heads = ["name", "label::English", "label::Swahili", "required"]
    asked = [["consent", "May we ask?", "Tunaweza?", "yes"], ["end", "End", "Mwisho", "yes"]]
    form = [heads, *asked, ["note", "Thanks", "Asante", ""], ["hb", "Haemoglobin", "Damu", "yes"]]
    pd.DataFrame(form).to_excel(tmp_path / "survey instruments.xlsx", index=False, header=False)
    (table,) = profile([str(tmp_path)])
    assert table.column("hb").label == "Haemoglobin"


@pytest.mark.parametrize("name", ["questionnaire.csv", "variables.csv", "answers.csv"])
def test_answers_of_patients_are_data_whatever_their_file_is_called(tmp_path: Path, name: str):
    """Items as rows, one of which has the name of a column of another table."""
    data(tmp_path)
    items = [f"{n},{item},{n % 5}" for n in range(60) for item in ("hb", "sleep")]
    write(tmp_path / name, ["id,item,response", *items])
    assert sorted(table.rows for table in profile([str(tmp_path)])) == [60, 120]


@pytest.mark.parametrize("head", ["column_id", "Variable ID"])
def test_a_description_of_columns_by_their_ids_tells_arm_and_outcome(tmp_path: Path, head: str):
    rows = [f"{n},{n % 4},{'AB'[n % 2]},{n * 7 % 31},{n * 5 % 37}" for n in range(60)]
    write(tmp_path / "data.csv", ["id,sleeve,setting,score,loss", *rows])
    told = ["setting,the setting to which the participant was assigned"]
    told += [
        "sleeve,the sleeve of the shirt",
        "loss,The outcome variable: loss in mL",
        "score,a score",
    ]
    write(tmp_path / "columns.csv", [f"{head},description", *told])
    questions: dict[str, Question] = {}
    decide(
        profile([str(tmp_path)]), {"control": "A"}, lambda one: questions.update({one.flag: one})
    )
    taken = {flag: questions[flag].choices[0][0] for flag in ("arm", "primary")}
    assert taken == {"arm": "setting", "primary": "loss"}
    assert questions["arm"].sure and questions["primary"].sure


@pytest.mark.parametrize(
    "text",
    [
        "levels intolerance and failure denoting that of AZT and failure, respectively",
        "one of failure and intolerance",
    ],
)
def test_what_names_one_code_alone_labels_none(text: str):
    assert with_values(text, ("failure", "intolerance")) is None


def test_prose_beside_data_is_no_help_page(tmp_path: Path):
    """Without a section Format, sentences that begin with the name of a column label nothing."""
    data(tmp_path)
    page = "Group was drawn by lot.\n\nHb was measured twice.\n\nMale means a man.\n"
    (tmp_path / "README.md").write_text(page, encoding="utf-8")
    (table,) = profile([str(tmp_path)])
    assert table.column("hb").label == "hb" and table.column("group").label == "group"


def test_a_sheet_of_names_and_labels_has_no_heads(tmp_path: Path):
    """The first name of a guide has no label; a sheet of two columns of data stays a table."""
    data(tmp_path)
    guide = [["id"], ["group", "arm (0=placebo; 1=drug)"], ["hb", "haemoglobin"]]
    ages = [["id", "age"], *([n, 20 + n % 40] for n in range(60))]
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        for name, rows in (("guide", guide), ("ages", ages)):
            pd.DataFrame(rows).to_excel(book, sheet_name=name, index=False, header=False)
    ages_read, main = sorted(profile([str(tmp_path)]), key=lambda one: len(one.columns))
    assert [one.name for one in ages_read.columns] == ["id", "age"] and ages_read.rows == 60
    assert main.column("hb").label == "haemoglobin"
    assert dict(main.column("group").choices) == LISTED
    assert "book.xlsx [guide], which is no table" in main.evidence["described"]
    assert not (main.unread or ages_read.unread)


HENS = [
    "# Hens and light",
    "- **Group 0**: No lamp nor music. They were fed as ever.",
    "- **Group 1**: A red lamp",
    "- **Group 2**: No lamp, but music",
]


def hens(folder: Path, page: list[str], codes: str, name: str = "hen_group"):
    rows = [f"{n},{codes.split()[n % len(codes.split())]},{40 + n * 7 % 31}" for n in range(90)]
    write(folder / "eggs.csv", [f"hen,{name},weight_after", *rows])
    (folder / "README.md").write_text("\n".join(page), encoding="utf-8")
    return decide(profile([str(folder)]), {}, first_choice)


def test_numbers_of_groups_in_a_list_of_a_note(tmp_path: Path):
    draft = hens(tmp_path, HENS, "0 1 2")
    assert {code: label for label, code in draft.arms.values()} == {
        "0": "No lamp nor music",
        "1": "A red lamp",
        "2": "No lamp, but music",
    }
    assert draft.arms[draft.control][1] == "0"
    told = {one.name: one for one in draft.guesses}
    assert not told["control"].blinds and "arms" not in told
    assert "nothing else of it is read" in draft.home.evidence["set_aside"]


@pytest.mark.parametrize("page", [HENS[:3], [*HENS, "- Group 1: blue"], ["Group 0: x. Group 1: y"]])
def test_lists_that_lack_a_code_or_have_it_twice_label_none(tmp_path: Path, page: list[str]):
    draft = hens(tmp_path, page, "0 1 2")
    assert {label for label, _ in draft.arms.values()} == {"0", "1", "2"}


def test_what_abbreviations_of_arms_stand_for(tmp_path: Path):
    page = [
        "Raised perches for laying hens (RPLH) were",
        "compared with the conventional cage (CC).",
    ]
    draft = hens(tmp_path, page, "RPLH CC", "housing_arm")
    assert draft.arms[draft.control] == ("Conventional cage (CC)", "CC")
    assert not {one.name: one for one in draft.guesses}["control"].blinds


def test_a_rule_for_some_codes_labels_these(tmp_path: Path):
    page = [
        "hen: its number",
        "tg: group of each hen. if tg=0, then hen enrolled in the control group "
        "if tg=1, then hen enrolled in the group 1, and so on.",
    ]
    draft = hens(tmp_path, [*page, "weight_after: grams"], "0 1 2", "tg")
    assert {code: label for label, code in draft.arms.values()} == {
        "0": "Control group",
        "1": "Group 1",
        "2": "Tg 2",
    }
    assert draft.arms[draft.control][1] == "0"


def test_yes_and_no_name_no_groups(tmp_path: Path):
    draft = hens(tmp_path, ["Of hens."], "0 1", "w1group")
    assert {label for label, _ in draft.arms.values()} == {"0", "1"}
    assert "arms" in {one.name for one in draft.guesses}


@pytest.mark.parametrize(
    "what", ["a vector containing the patient's", "a numeric variable giving the"]
)
def test_what_a_help_page_says_of_a_vector_is_no_label(tmp_path: Path, what: str):
    page = [
        "Format:",
        "",
        "     hen the hen",
        "",
        f"     grp {what} randomised arm",
        "",
        f"     weight_after {what} weight",
        "",
    ]
    draft = hens(tmp_path, page, "P Q", "grp")
    assert draft.home.column("grp").label == "randomised arm"
    assert draft.home.column("weight_after").label == "weight"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("Controls then received barley.", False),
        ("The control hens received barley after a year.", False),
        ("Some received maize, some barley.", False),
        ("None of the controls received barley before May.", False),
        ("The controls never received barley.", False),
        ("Controls from other barns received only barley.", True),
    ],
)
def test_what_a_text_says_that_controls_received_is_asked(tmp_path: Path, line: str, named: bool):
    draft = hens(tmp_path, ["Feed of hens.", line], "maize barley", "feed_arm")
    guess = {one.name: one for one in draft.guesses}["control"]
    assert guess.blinds and ("README.md, line 2" in guess.evidence) == named
    assert not named or guess.value == "barley"


@pytest.mark.parametrize(
    ("page", "control", "labels"),
    [
        ("if feed_arm=0, then the hen got barley daily\nif feed_arm=1, then it went on as before",
         "1", ["barley daily", "went on as before"]),
        ("If feed_arm=0, then the hen received barley; if feed_arm=1, then the usual maize.",
         "1", ["barley", "the usual maize"]),
        ("Controls (arm 1) received maize.", "1", ["feed_arm 0", "Controls"]),
        ("In an earlier trial controls (arm 1) received maize.", "", ["0", "1"]),
        ("if feed_arm=0, then the hen got barley daily", "", ["0", "1"]),
    ],
)  # fmt: skip
def test_what_sentences_say_of_each_code(tmp_path: Path, page: str, control: str, labels: list):
    (tmp_path / "README.md").write_text(f"Feed of hens.\n{page}\n", "utf-8")
    rows = [f"{n},{n % 2},{n * 7 % 31}" for n in range(60)]
    write(tmp_path / "hens.csv", ["hen,feed_arm,eggs", *rows])
    draft = decide(profile([str(tmp_path)]), {"arm": "feed_arm"}, first_choice)
    guess = {one.name: one for one in draft.guesses}["control"]
    assert guess.blinds == (not control) and guess.value == (control or guess.value)
    assert [label_of(draft.arm, code).lower() for code in "01"] == [*map(str.lower, labels)]


NONE = ("NA", "N/A", "n/a", ".", "NaN", "NULL", "missing")
BOOKS = {
    "codebook.txt": ["group: arm (0 = placebo; 1 = drug)", "died: died ({})"],
    "README.md": [
        *("| variable | description |", "|---|---|", "| pid | Patient |"),
        *("| group | Arm (0 = placebo, 1 = drug) |", "| died | Died ({}) |"),
    ],
    "codebook.csv": ["name,label,codes", "group,arm,0 = placebo; 1 = drug", "died,died,{}"],
    "note.txt": ["group: 0 denoting placebo and 1 drug", "died: died ({})"],
}


@pytest.mark.parametrize("name", [*BOOKS])
@pytest.mark.parametrize("codes", [["1 = no", "2 = yes"], ["1 = no", "2 = yes", "3 = later"]])
@pytest.mark.parametrize("words", [*((word,) for word in NONE), NONE])
def test_a_word_for_none_that_labels_do_not_name_is_no_level(tmp_path: Path, name, codes, words):
    rows = [
        f"{n},{words[n % len(words)] if n % 15 == 1 else n % 2},"
        f"{words[n % len(words)] if n % 10 == 0 else 1 + n % len(codes)}"
        for n in range(210)
    ]
    write(tmp_path / "export.csv", ["pid,group,died", *rows])
    write(tmp_path / name, [line.format("; ".join(codes)) for line in BOOKS[name]])
    (table,) = profile([str(tmp_path)])
    group, died = table.column("group"), table.column("died")
    assert dict(group.choices) == {"0": "placebo", "1": "drug"}
    assert dict(died.choices) == {code[0]: code[4:] for code in codes}
    for column, cells in ((group, 14), (died, 21)):
        assert {*column.missing_codes} == {*words}
        assert sum(count for _, count in column.values) == 210 - cells
        assert "stands for a value that is not there" in column.evidence["missing_codes"]


@pytest.mark.parametrize(
    ("label", "missing"), [("North America", ()), ("not assessed", ("NA",)), ("unknown", ("NA",))]
)
def test_a_word_for_none_that_labels_name_is_what_they_say(tmp_path: Path, label: str, missing):
    rows = [f"{n},{('EU', 'AS', 'NA')[n % 3]}" for n in range(60)]
    write(tmp_path / "export.csv", ["pid,region", *rows])
    book = [f"region: region (EU = Europe; AS = Asia; NA = {label})", "pid: patient"]
    write(tmp_path / "codebook.txt", book)
    region = profile([str(tmp_path)])[0].column("region")
    assert region.missing_codes == missing
    assert dict(region.choices).get("NA") == (None if missing else label)


def test_what_patients_completed_is_no_arm_and_codes_in_quotes_are_told(tmp_path: Path):
    rows = ["id,Time,group,itch,completed months"]
    for who in range(16):
        had = ["D"] if who in (3, 4) else ["P"] if who in (8, 9) else ["PD", "DP"][who % 2]
        done = " + ".join({"P": "Placebo", "D": "Drug"}[code] for code in sorted(had)[::-1])
        rows += [
            f"{who},t{4 * at + n},{code},{who * n % 7},{done}"
            for at, code in enumerate(had)
            for n in range(4)
        ]
    write(tmp_path / "made.csv", rows)
    (tmp_path / "made.Rd").write_text(
        "\\format{\\describe{\n\\item{group}{either 'P' (placebo) or 'D' (a drug)}\n"
        "\\item{itch}{itching}\n}}\n"
    )
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert (draft.arm.name, draft.design.kind) == ("group", "crossover")
    assert dict(draft.arm.choices) == {"P": "placebo", "D": "drug"} and draft.control == "placebo"
    (arm,) = [guess for guess in draft.guesses if guess.name == "arm"]
    assert arm.blinds


def test_a_column_of_years_is_asked_as_arm(tmp_path: Path):
    def arm(name: str, levels: Sequence[str]) -> bool:
        rows = [f"{n},{levels[n % len(levels)]},{n * 7 % 31}" for n in range(60)]
        write(tmp_path / "made.csv", [f"id,{name},relief", *rows])
        draft = decide(profile([str(tmp_path / "made.csv")]), {}, first_choice)
        return any(guess.name == "arm" and guess.blinds for guess in draft.guesses)

    assert arm("treatment years", ["Placebo", "Drug"])
    assert not arm("treatment", ["Placebo", "Drug"])


ITEMS = """Details:
\\describe{{
  \\item{{{0}}}{{time to event}}
  \\item{{{1}}}{{0=censored, 1=event}}
}}"""
BY_NUMBER = "  [,1]  {0}  numeric, time to event\n  [,2]  {1}  integer, 0=censored, 1=event\n"
ORDINALS = """
   • first column - {0} : time to
     event

   • second column - {1} : 0=censored, 1=event.
"""


@pytest.mark.parametrize(
    ("text", "names", "read"),
    [
        (ITEMS, ("V1", "`V2`"), True),
        (ITEMS, ("times", "censor"), False),
        (BY_NUMBER, ("V1", "V2"), True),
        (BY_NUMBER, ("times", "censor"), True),
        (ORDINALS, ("times", "censor"), True),
        # A third column that the file does not have.
        (ORDINALS + "\n\n third column - group : arm", ("times", "censor"), False),
        ("column 1: time to event\ncolumn 2 = 0=censored, 1=event\n", ("", ""), True),
        ("1st column: time to event\n3rd column: 0=censored, 1=event\n", ("", ""), False),
    ],
)
def test_columns_of_a_readme_by_item_and_by_number(
    tmp_path: Path, text: str, names: tuple[str, str], read: bool
):
    """By number only where the file has as many, and none of the names."""
    write(tmp_path / "export.csv", ["V1,V2", *(f"{n * 1.5},{n % 2}" for n in range(1, 40))])
    (tmp_path / "README.txt").write_text(text.format(*names) + "\n", encoding="utf-8")
    time, status = profile([str(tmp_path)])[0].columns
    assert time.label == ("time to event" if read else "V1")
    assert dict(status.choices) == (
        {"0": "censored", "1": "event"} if read else {"0": "No", "1": "Yes"}
    )


def test_codes_alone_are_no_label(tmp_path: Path):
    """The sign between them is none; words before them are."""
    write(tmp_path / "export.csv", ["end,sex,x", *(f"{n % 2},{n % 2},{n}" for n in range(40))])
    said = ["Format:", "", "  'end' =1 (smoked), =0 (otherwise)", "", "  'sex' gender (0=F, 1=M)"]
    write(tmp_path / "README.txt", said)
    end, sex, _ = profile([str(tmp_path)])[0].columns
    assert end.label == "end" and dict(end.choices) == {"1": "smoked", "0": "otherwise"}
    assert sex.label == "gender"
