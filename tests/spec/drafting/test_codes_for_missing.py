"""Codes for missing that a codebook names by other words, for all columns at once, or not at all:
none of them is a level of an endpoint that nobody is told of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_exports import write

from trialtrace.base.paths import Project
from trialtrace.run.drafting.described import Described, codes_beyond, with_missing
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.outcomes import Outcome
from trialtrace.run.drafting.profile import Column
from trialtrace.run.drafting.prose import missing_in
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.visits import own_before, visits_of

Call = Any


def column_of(folder: Path, said: str, code: str, levels: Sequence[int] = (1, 2)) -> Column:
    """A column of these levels and some cells of a code, as a codebook beside it says."""
    cells = [code if n % 10 == 0 else str(levels[n % len(levels)]) for n in range(60)]
    write(
        folder / "goats.csv", ["goat,feed,mood", *(f"{n},{n % 2},{c}" for n, c in enumerate(cells))]
    )
    write(folder / "book.txt", ["goat: number of the goat", "feed: feed by lot", f"mood: {said}"])
    (table,) = profile([str(folder)])
    return table.column("mood")


WORDS = [
    *("not assessed", "lost to follow-up", "don't know", "not reported", "withdrawn", "skipped"),
    *("not collected", "not answered", "no answer", "refused", "not stated", "not determined"),
    *("left blank", "invalid", "not returned", "questionnaire not returned", "diary not filled in"),
    *("fehlt", "keine Angabe", "nicht erhoben", "Fragebogen nicht zurückgesandt", "manquant"),
    *("données manquantes", "non renseigné", "inconnu", "no contesta", "sin datos", "mancante"),
    *("non rilevato", "sem resposta", "em falta", "ontbreekt", "geen antwoord", "niet ingevuld"),
]


@pytest.mark.parametrize("word", WORDS)
def test_a_code_behind_the_others_that_is_called_missing(tmp_path: Path, word: str):
    mood = column_of(tmp_path, f"mood of the goat (1 = bad, 2 = good, 9 = {word})", "9")
    assert mood.missing_codes == ("9",) and dict(mood.choices) == {"1": "bad", "2": "good"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        # Of reasons it may be one, as it goes on in their steps.
        ("why it left (1 = moved, 2 = ill, 3 = refused)", "3"),
        # Who left is censored, and no answer is one of several.
        ("state (1 = alive, 2 = dead, 9 = lost to follow-up)", "9"),
        ("state (1 = in study, 2 = died, 9 = withdrawn)", "9"),
        ("response (1 = complete response, 2 = partial response, 9 = no response)", "9"),
        ("mood (1 = bad, 2 = good, 9 = better than ever)", "9"),
        ("hay (1 = a little, 2 = much, 9 = not eaten)", "9"),
    ],
)
def test_a_code_behind_the_others_that_is_a_level(tmp_path: Path, said: str, code: str):
    mood = column_of(tmp_path, said, code)
    assert code in dict(mood.choices) and not mood.missing_codes


@pytest.mark.parametrize("code", ["9", "8", "99", "77", "-9"])
def test_a_code_that_is_not_listed_looks_like_one_for_missing(tmp_path: Path, code: str):
    mood = column_of(tmp_path, "mood of the goat (1 = bad, 2 = good)", code)
    assert mood.missing_codes == (code,) and dict(mood.choices) == {"1": "bad", "2": "good"}
    told = f"book.txt, line 3 does not list {code} (6 cells), which looks like a code for missing."
    assert told in mood.evidence["missing_codes"]


@pytest.mark.parametrize("code", ["3", "5", "10"])
def test_another_code_that_is_not_listed_is_a_level(tmp_path: Path, code: str):
    mood = column_of(tmp_path, "mood of the goat (1 = bad, 2 = good)", code)
    assert code in dict(mood.choices) and not mood.missing_codes


@pytest.mark.parametrize(
    ("cells", "listed", "beyond"),
    [
        ("1 2 3 4 5 6 7 9", "1 7", ("9",)),
        ("1 2 3 8 9", "1 2 3", ("8", "9")),
        # The next step of a scale, and counts of which 0 and 1 have names.
        ("1 2 3 4 5 6 7 8", "1 7", ()),
        ("0 1 2 3 4 9", "0 1", ()),
        ("A B 9", "A B", ()),
        ("0 10 9", "0 10", ()),
        ("-2 -1 0 1 -9", "-2 1", ()),
    ],
)
def test_codes_beyond_those_listed(cells: str, listed: str, beyond: Sequence[str]):
    assert codes_beyond(cells.split(), listed.split()) == beyond


def test_a_code_for_missing_beside_the_ends_of_a_scale():
    ends = "pain, 0 = none to 10 = worst; 99 = missing"
    assert with_missing(Described(label=ends)).missing == ("99",)
    assert not with_missing(Described(label="pain, 0 = none to 10 = missing a leg")).missing


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("Missing values: 9 (one digit) or 99 (two digits).", {"9", "99"}),
        ("One row a goat. Missing values are coded 9 or 99.", {"9", "99"}),
        ("-99 means missing throughout.", {"-99"}),
        ("Missing data codes: -99 for all numeric variables", {"-99"}),
        ("Missing data codes: NA", set()),
        ("Missing data codes: -99 for laboratory values", set()),
        ("Values of -9 indicate missing data.", {"-9"}),
        ("Valeurs manquantes : 99", {"99"}),
        ("Missing values are imputed 20 times.", set()),
        ("Missing data: 9 in mood alone", set()),
        ("mood: missing = 9", set()),
        ("10 are missing", set()),
    ],
)
def test_a_sentence_on_what_is_missing(tmp_path: Path, line: str, codes: set[str]):
    write(tmp_path / "book.txt", ["Goats.", line])
    told = missing_in([str(tmp_path / "book.txt")], {"mood": ()})
    assert {*told} == codes
    assert all(text.startswith("book.txt, line 2, says that") for text in told.values())


BOOK = ["goat: number of the goat", "feed: feed by lot (0 = hay (control), 1 = maize)"]


@pytest.mark.parametrize(
    ("said", "head", "blinds"),
    [
        ("0 = no, 1 = yes", [], True),
        ("0 = no, 1 = yes", ["Missing values are coded 9."], False),
        ("0 = no, 1 = yes, 9 = not returned", [], False),
        ("0 = no, 1 = yes, 9 = not evaluable", [], True),
        ("0 = no, 1 = yes, -9 = not recorded", [], False),
    ],
)
def test_a_doubtful_code_of_the_primary_endpoint_blinds(
    at: Project, call: Call, tmp_path: Path, said: str, head: list[str], blinds: bool
):
    code = "-9" if "-9" in said else "9"
    rows = [f"{n},{n % 2},{code if n % 11 == 0 else n * 7 % 5 // 3}" for n in range(80)]
    files = [str(tmp_path / "goats.csv"), str(tmp_path / "book.txt")]
    write(tmp_path / "goats.csv", ["goat,feed,lame", *rows])
    write(tmp_path / "book.txt", [*head, *BOOK, f"lame: lame, primary outcome ({said})"])
    assert call("new", "mine", *files, "--yes") == 0
    folder = at.root / "config" / "trials" / "mine"
    guesses = yaml.safe_load((folder / "guesses.yaml").read_text())["guesses"]
    guess = guesses[f"missing.data.{code}"]
    assert bool(guess.get("blinds", False)) == blinds
    assert ("book.txt, line 1, says that 9" in guess["evidence"]) == bool(head)
    (lame,) = [one for key, one in guesses.items() if key == "kind"] or [None]
    assert lame is None or lame["value"] == "event"


def outcome_of(folder: Path, said: str, codes: str) -> tuple[Draft, Outcome]:
    rows = [f"{n},{n % 2},{codes[n * 7 % 5 % len(codes)]}" for n in range(80)]
    write(folder / "goats.csv", ["goat,feed,lame", *rows])
    write(folder / "book.txt", [*BOOK, f"lame: lame, primary outcome ({said})"])
    draft = decide(profile([str(folder)]), {}, first_choice)
    return draft, draft.primary


def test_two_values_and_who_could_not_be_judged(tmp_path: Path):
    """The next code is no step of a scale, and the two others are no measure."""
    draft, primary = outcome_of(tmp_path, "1 = no, 2 = yes, 3 = not assessable", "123")
    assert (primary.kind, primary.event) == ("event", "2")
    assert draft.home.column("lame").missing_codes == ("3",)


def test_three_values_that_are_judged_are_levels(tmp_path: Path):
    draft, primary = outcome_of(tmp_path, "1 = no, 2 = a little, 3 = badly", "123")
    assert primary.kind == "measure" and not draft.home.column("lame").missing_codes


@pytest.mark.parametrize(
    ("behind", "label"),
    [
        (" 0 = none to 10 = worst imaginable", "before treatment"),
        (" (0 = none to 10 = worst imaginable)", "before treatment"),
        (", 0 = none, 10 = worst imaginable", "before treatment"),
        # One code alone is no scale; what a configuration cannot have is left out.
        (" = day 0 of the run; first of five measurements", "before treatment day 0 of the run"),
    ],
)
def test_a_scale_behind_a_visit_is_no_part_of_its_name(tmp_path: Path, behind: str, label: str):
    rows = [f"{n},{n % 2},{n % 11},{n * 3 % 11}" for n in range(60)]
    write(tmp_path / "goats.csv", ["goat,feed,pain_pre,pain_post", *rows])
    pains = {"pre": "before treatment", "post": "after treatment"}
    said = [f"pain_{at}: pain {words}{behind}" for at, words in pains.items()]
    write(tmp_path / "book.txt", [*BOOK, *said])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    labels = visits_of(draft.home, draft.primary)
    assert labels["pre"] == label and all(len(one) <= 40 for one in labels.values())
    assert not {*";@/=\n"} & {*"".join(labels.values())}


def test_a_code_in_the_column_of_codes_is_said_to_be_missing(tmp_path: Path):
    """The only one of a number, beside one that is a step of it."""
    rows = [f"{n},{n % 2},{99 if n % 9 == 0 else n % 11}" for n in range(60)]
    write(tmp_path / "goats.csv", ["goat,feed,milk", *rows])
    for codes, said in (("99 = not measured", True), ("10 = full bucket", False)):
        write(tmp_path / "book.csv", ["name,label,codes", "goat,Goat,", f"milk,Milk,{codes}"])
        (table,) = profile([str(tmp_path)])
        told = table.column("milk").evidence["missing_codes"]
        assert told.startswith("book.csv, line 3 says that 99 is missing") == said


@pytest.mark.parametrize(
    ("before", "later", "column"),
    [
        (
            "Fatigue score at baseline (0 to 20)",
            "Fatigue score at 12 weeks. PRIMARY OUTCOME",
            "aa",
        ),
        ("Fatigue before treatment", "Fatigue after treatment, main outcome", "aa"),
        # Another measure, and the same one without a word on when.
        ("Anxiety score at baseline", "Fatigue score at 12 weeks (primary outcome)", ""),
        ("Fatigue score", "Fatigue score at 12 weeks (primary outcome)", ""),
    ],
)
def test_labels_tell_the_value_before(tmp_path: Path, before: str, later: str, column: str):
    """Where the names of columns say nothing."""
    rows = [f"{n},{n % 2},{n * 7 % 19},{n * 5 % 21}" for n in range(80)]
    write(tmp_path / "goats.csv", ["goat,feed,aa,bb", *rows])
    write(tmp_path / "book.csv", ["name,label", "feed,Feed", f'aa,"{before}"', f'bb,"{later}"'])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert draft.primary.column == "bb"
    assert [one.name for one in own_before(draft.home, draft.primary)] == [column] * bool(column)


def test_a_code_below_all_numbers_is_missing_in_every_column(tmp_path: Path):
    """Also in a third of the cells, where it does not lie far off the others; a 9 that is said to
    be missing may be a count."""
    rows = [
        f"{n},{('hay', 'maize')[n % 2]},{-99 if n % 3 == 0 else n % 7 - 3},{n % 12}"
        for n in range(1, 61)
    ]
    write(tmp_path / "goats.csv", ["goat,feed,zscore,kids", *rows])
    write(tmp_path / "README.md", ["Missing data codes: -99 for all variables"])
    (table,) = profile([str(tmp_path)])
    columns = {one.name: one for one in table.columns}
    assert columns["zscore"].missing_codes == ("-99",)
    assert columns["kids"].missing_codes == ()
    write(tmp_path / "README.md", ["Missing data codes: 9"])
    (table,) = profile([str(tmp_path)])
    assert all("9" not in one.missing_codes for one in table.columns)
