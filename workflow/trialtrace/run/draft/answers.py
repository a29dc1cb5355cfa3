"""What is asked, and the file of answers beside the first file or in the trial's folder."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.config.compose import compose_text
from trialtrace.base.errors import ProblemsError, did_you_mean, one_of, wrong
from trialtrace.run.trial.answers import FILE

# Every answer, in the order in which it is asked for, and what it is. Each is a flag too.
KEYS: Mapping[str, str] = {
    "tables": "tables, sheets or files of the trial, with commas between; others are not used",
    "header": "line or row with the names of the columns, where a title stands above",
    "under-header": "rows below the names that are no data, such as one of units",
    "foot": "rows at the end that are no data",
    "thousands": "mark between groups of three digits, as the comma of 1,250",
    "missing": "codes that are read as missing in every column, with commas between",
    "arm": "column of the arm with the code of the control, as rx=placebo; or the column alone",
    "arms": "names of the arms, as 0=Placebo, 1=Drug; levels without a name are no arms then",
    "control": "code of the control arm",
    "design": "parallel, 'cluster by COLUMN', 'factorial with COLUMN', crossover or within_subject",
    "subject": "column that tells patients apart, SITE+NUMBER where numbers are of a site, or "
    "source_row where a row is a patient",
    "where": "COLUMN=CODE of the patients or rows that are analysed, or all",
    "primary": "column of the primary outcome, with its unit as 'sbp [mmHg]'; of a time, the time; "
    "dates for a time between two dates",
    "kind": "measure, ordered, 'event CODE', 'until COLUMN=CODE', all_events or event_date",
    "order": "levels of an ordered primary outcome from the lowest on, with commas between",
    "unit": "unit of the primary outcome",
    "visit": "column that tells the rows of a patient apart: the visit, or the period",
    "before": "visit before treatment, or none",
    "start": "column of the date from which time runs",
    "event-date": "column of the date of the event",
    "last-contact": "column of the date of the last contact; the same where one date is either",
    "death": "whether the event is death, yes or no: no contact is after it",
    "partial-dates": "day that is taken of a partial date: the first, mid or last possible one",
    "date-order": "order of day and month in dates that fit both: dmy or mdy",
    "competing": "code of the column of the event by which an event that rules it out came first",
    "secondary": "secondary outcomes, with commas between: COLUMN, COLUMN=CODE, or 'TIME until "
    "COLUMN=CODE'",
    "covariates": "columns that the primary analysis adjusts for, with commas between",
    "baseline": "columns of the baseline table, with commas between",
}
# What is asked of every trial, where nothing declares it.
EVERY = ("arm", "design", "subject", "where", "primary", "kind")
# What may be told and is not asked; what a file of open questions reminds of.
OPTIONAL = ("missing", "unit", "competing", "secondary", "covariates", "baseline")
UNASKED = (
    *("tables", "header", "under-header", "foot", "thousands", "missing", "arms"),
    *("unit", "secondary", "covariates", "baseline"),
)
HEAD = (
    "# Answers for `trialtrace new {name}`, one value each; a question is open while it is null.\n"
    "# Then: trialtrace new {name} --answers {path}\n"
)
SHOWN = 40


@dataclass(frozen=True)
class Question:
    """What is asked: the key of its answer, and the answers that fit, each with what speaks of it.
    Without `options` any text is an answer. `wrong` says why the answer before did not fit."""

    key: str
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    wrong: str = ""

    @property
    def words(self) -> str:
        return self.hint or KEYS[self.key]


# The answer; None where there is no one to give it.
Ask = Callable[[Question], str | None]


def nobody(question: Question) -> None:
    """The answer where there is no terminal."""


def read_answers(path: Path) -> tuple[list[str], dict[str, str]]:
    """The files and the answers of a file of answers. Raises UserError for one that is none, with
    the place of each mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        do = "trialtrace new NAME FILE writes one"
        raise wrong(str(path), "no text file", "a file of answers", do) from None
    document = compose_text(str(path), text)
    if document.problems:
        raise ProblemsError(document.problems)
    given = document.data if isinstance(document.data, dict) else {}
    answers = given.get("answers") or {}
    for key in [*({*given} - {"files", "answers"}), *({*answers} - {*KEYS})]:
        place = ("answers", key) if key in answers else (key,)
        document.add(
            place,
            str(key),
            f"files and answers; of answers {one_of(KEYS, len(KEYS))}",
            do=did_you_mean(str(key), KEYS),
        )
    for key, value in answers.items():
        if isinstance(value, dict | list):
            document.add(("answers", key), "a list or a mapping", "one value, as text")
    if document.problems:
        raise ProblemsError(document.problems)
    files = [str(one) for one in given.get("files") or ()]
    return files, {key: _text(value) for key, value in answers.items() if value is not None}


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(answers: Mapping[str, str], key: str) -> list[str]:
    """The parts of an answer with commas between."""
    return [part.strip() for part in answers.get(key, "").split(",") if part.strip()]


def open_file(
    name: str, path: Path, files: Sequence[str], given: Mapping[str, str], open_: Sequence[Question]
) -> str:
    """The text of a file of answers with the questions that are open, each with the answers that
    fit as comments."""
    lines = [HEAD.format(name=name, path=path).rstrip(), *_files(files), "answers:"]
    lines += [f"  {key}: {quoted(text)}" for key, text in given.items()]
    for question in open_:
        lines += ["", *(f"  # {line}" for line in _comment(question)), f"  {question.key}: null"]
    more = [key for key in OPTIONAL if key not in given]
    lines += [
        "",
        "  # Optional; without an answer there is none.",
        *(f"  {key}: null" for key in more),
    ]
    return "\n".join(lines) + "\n"


def kept_file(files: Sequence[str], given: Mapping[str, str]) -> str:
    """The text of the answers in the trial's folder."""
    answers = [f"  {key}: {quoted(given[key])}" for key in KEYS if key in given]
    head = "# What `trialtrace new` was given and answered; --again compares a new cut with it."
    body = ["answers:", *answers] if answers else ["answers: {}"]
    return "\n".join([head, *_files(files), *body]) + "\n"


def _files(files: Sequence[str]) -> list[str]:
    return [f"files: [{', '.join(map(quoted, files))}]"]


def _comment(question: Question) -> Iterator[str]:
    yield f"{question.words}" + (f" ({question.wrong})" if question.wrong else "")
    for value, why in question.options[:SHOWN]:
        yield f"  {quoted(value)}" + (f": {why}" if why else "")
    if (rest := len(question.options) - SHOWN) > 0:
        yield f"  and {rest} more"


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def answers_path(files: Sequence[str], name: str) -> Path:
    """Where open questions are written: beside the first file, or in the working folder."""
    first = next((Path(one) for one in files if not one.startswith("registry:")), Path())
    folder = first if first.is_dir() else first.parent
    return folder / f"{name}.{FILE}"
