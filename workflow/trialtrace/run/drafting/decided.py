"""What a draft takes for given: told by a flag, answered when asked, or guessed and left open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from trialtrace.base.errors import UserError, did_you_mean, one_of, wrong
from trialtrace.run.cleaning.values import WHOLE_CODE
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.questions import (
    FLAGS,
    MOST_ASKED,
    MOST_QUESTIONS,
    Ask,
    Question,
    Unasked,
)

Made = TypeVar("Made")


@dataclass(frozen=True)
class Guessed:
    """A guess before it is written: its place, what was taken, and why."""

    name: str
    file: str
    key: str
    value: str
    evidence: str
    blinds: bool = False


class Decided:
    """Answers and guesses as they come."""

    def __init__(self, answers: Mapping[str, str], ask: Ask, asked: int = 0):
        self.told = dict(answers)
        self.ask = ask
        self.asked = asked
        self.unasked: dict[str, str] = {}
        self.guesses: list[Guessed] = []

    def choose(
        self,
        flag: str,
        words: str,
        choices: Sequence[tuple[str, str]],
        place: tuple[str, str],
        read: Callable[[str], Made],
        sure: bool,
        blinds: bool = True,
    ) -> Made:
        """What was told or answered, else the first choice as a guess that blinds the report; what
        --yes takes is a guess that does not.

        `sure` says whether the first may be taken by Enter and by --yes.

        `read` makes something of it and raises UserError where it does not fit: what was told is
        then an error, and what was answered is asked again.
        """
        if flag in self.told:
            return read(self.told[flag])
        product = self._answer(Question(flag, words, choices, sure=sure, blinds=blinds), read)
        if product is None:
            value, why = choices[0]
            self.guess(flag, place, value, why, blinds)
            return read(value)
        if flag in self.unasked:
            value = self.unasked[flag]
            self.guess(flag, place, value, dict(choices).get(value, ""))
        return product

    def several(
        self,
        flag: str,
        words: str,
        choices: Sequence[tuple[str, str]],
        read: Callable[[str], Made],
        length: int = 0,
    ) -> list[Made]:
        """What was told or answered of a list, which is of that `length` where it has one; none
        where nobody says, or enough was asked."""

        def each(text: str) -> list[Made]:
            made = [read(name.strip()) for name in text.split(",") if name.strip()]
            if made and length and len(made) != length:
                raise wrong(f"--{flag}", text, f"{length} with commas between")
            return made

        if flag in self.told:
            return each(self.told[flag])
        if not choices or self.asked >= MOST_QUESTIONS:
            return []
        question = Question(flag, words, choices, several=True, length=length)
        return self._answer(question, each) or []

    def _answer(self, question: Question, read: Callable[[str], Made]) -> Made | None:
        """What is made of the answer, which is asked again where it does not fit; None where there
        is none."""
        self.asked += 1
        for index in range(MOST_ASKED):
            answer = self.ask(question)
            if answer is None:
                return None
            try:
                made = read(answer)
            except UserError as error:
                if isinstance(answer, Unasked):
                    # What an earlier draft took, and what does not fit any more, stays open.
                    return None
                if index + 1 == MOST_ASKED:
                    raise
                question = replace(question, wrong=str(error))
            else:
                took = self.unasked if isinstance(answer, Unasked) else self.told
                took[question.flag] = answer
                return made
        return None

    def guess(
        self, name: str, place: tuple[str, str], value: str, why: str, blinds: bool = False
    ) -> None:
        self.guesses.append(Guessed(name, *place, value, why, blinds))


def by_table(tables: Sequence[Table], name: str) -> str:
    """FILE.COLUMN as TABLE.COLUMN, where the file has that column; else the name as it is."""
    if any(name == column.name for table in tables for column in table.columns):
        return name
    for table in tables:
        path = Path(table.item)
        for file in (path.name, path.stem):
            column = name.removeprefix(f"{file}.")
            if column != name and any(one.name == column for one in table.columns):
                return f"{table.name}.{column}"
    return name


def column_of(tables: Iterable[Table], name: str, flag: str) -> tuple[Table, Column]:
    """The first table with a column of that name, or that of TABLE.COLUMN or FILE.COLUMN. Raises
    UserError where none has it."""
    tables = tuple(tables)
    name = by_table(tables, name)
    for table in tables:
        for column in table.columns:
            if name in (column.name, f"{table.name}.{column.name}"):
                return table, column
    known = [one.name for table in tables for one in table.columns]
    raise none_of(flag, name, known, f"the {FLAGS[flag]}: ")


def code_of(flag: str, text: str, labels: Mapping[str, str], what: str) -> str:
    """The code that was told, or that has this label. Raises UserError where none has."""
    for code, label in labels.items():
        if {text.casefold(), WHOLE_CODE.sub(r"\1", text)} & {code.casefold(), label.casefold()}:
            return code
    raise none_of(flag, text, labels, what)


def none_of(flag: str, text: str, names: Iterable[str], what: str = "") -> UserError:
    """What was told by a flag is none of these names, which are `what`."""
    known = [*names]
    return wrong(f"--{flag}", text, f"{what}{one_of(known)}", did_you_mean(text, known))
