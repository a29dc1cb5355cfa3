"""Items of a questionnaire in words: what each code is worth, and records at windows of days."""

from pathlib import Path

from tiny_trial import derived, refused, shown, tiny

TRIAL = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  forms: {of: raw2, key: [id, visit], subject: id}
"""
PATIENTS = "id rx\na 1\nb 0"
WORDS = ("not-at-all", "a-little", "quite-a-bit", "very-much")
CODES = "codes: {not-at-all: 1, a-little: 2, quite-a-bit: 3, very-much: 4}"
GLOBAL = ", ".join(f"g{number}: {number}" for number in range(1, 8))
ENTRY = (
    "qlq: {kind: instrument, instrument: qlq_c30, code: Q, scales: [rf, ql, sum], table: forms, "
    "items: {prefix: q}, visit: {column: visit, labels: {'0': before, '3': month 3}}"
)
ITEMS = tuple(range(1, 31))


def answer(subject: int, visit: int, item: int) -> int | None:
    number = 100 * subject + 37 * visit + item
    return None if number % 11 == 0 else 1 + number % (4 if item < 29 else 7)


def form(told, kind: str = "") -> str:
    text = "id visit " + " ".join(f"q{item}{kind}" for item in ITEMS)
    for number, subject in enumerate("ab"):
        for visit in (0, 3):
            answers = ((item, answer(number, visit, item)) for item in ITEMS)
            cells = (told(item, value) if value else "." for item, value in answers)
            text += f"\n{subject} {visit} {' '.join(cells)}"
    return text


def in_words(item: int, value: int) -> str:
    return WORDS[value - 1] if item < 29 else f"g{value}"


def scores(endpoints: str, folder: Path, forms: str) -> list[tuple]:
    tables = derived(tiny(endpoints, TRIAL), folder, patients=PATIENTS, forms=forms)
    return shown(tables["bds"], "PARAMCD", "AVISIT", "AVAL")


def test_words_have_the_scores_of_numbers(tmp_path: Path):
    own = f"item_codes: {{'29': {{{GLOBAL}}}, '30': {{{GLOBAL}}}}}"
    numbers = scores(f"{ENTRY}}}", tmp_path / "numbers", form(lambda _, v: str(v), ":integer"))
    words = scores(f"{ENTRY}, {CODES}, {own}}}", tmp_path / "words", form(in_words))
    assert words == numbers and any(row[2] is not None for row in words)


def test_a_word_without_a_number_is_told_with_its_place(tmp_path: Path):
    own = f"item_codes: {{'29': {{{GLOBAL}}}, '30': {{{GLOBAL}}}}}"
    trial = tiny(f"{ENTRY}, {CODES}, {own}}}", TRIAL)
    strange = form(in_words).replace("very-much", "extremely")
    told = refused(trial, tmp_path, patients=PATIENTS, forms=strange)
    assert "qlq" in told and "column q" in told
    assert "whose code has no number in `codes`" in told and "extremely" not in told
