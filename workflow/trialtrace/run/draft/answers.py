"""What is asked, and the file of answers beside the first file or in the trial's folder."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.config.compose import compose_text
from trialtrace.base.errors import ProblemsError, did_you_mean, one_of, wrong
from trialtrace.run.trial.answers import FILE

# Every answer by its flag, in the order in which it is asked for: what it is; and when it is asked,
# always where nothing declares it, where another answer needs it, or never.
with Path(__file__).with_name("questions.csv").open(encoding="utf-8", newline="") as _file:
    _TABLE = [*csv.DictReader(_file)]
KEYS: Mapping[str, str] = {row["flag"]: row["answer"] for row in _TABLE}
LAYOUT, OPTIONAL, ALWAYS = (
    tuple(row["flag"] for row in _TABLE if row["asked"] == when)
    for when in ("layout", "optional", "always")
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
