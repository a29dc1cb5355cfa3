"""Asks a question once, of whoever can answer it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from trialtrace.base.errors import UserError, did_you_mean, one_of, wrong
from trialtrace.run.draft.answers import KEYS, Ask, Question
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.keys import is_key
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table

MOST_ASKED = 3
# Answers to what no question asks for.
ALWAYS = (
    *("tables", "header", "under-header", "foot", "thousands", "missing"),
    *("arms", "subject", "unit", "secondary", "covariates", "baseline"),
)
# What is asked of every trial, where nothing declares it.
EVERY = ("arm", "design", "subject", "where", "primary", "kind")


class Open(Exception):
    """An answer that other questions need is not there."""


class Asking:
    """What is told and asked of a draft. `open` are the questions without an answer, `answers` all
    that was told and answered."""

    def __init__(self, tables: Sequence[Table], given: dict[str, str], ask: Ask):
        self.answers = given
        self.ask = ask
        self.open: list[Question] = []
        self.asked = {*ALWAYS}
        self.draft = Draft(list(tables))

    def _asked(
        self,
        key: str,
        options: Sequence[tuple[str, str]] = (),
        fits: Callable[[str], bool] | None = None,
        hint: str = "",
    ) -> str:
        """The answer of a question: what was told, what alone fits, or what is answered now. `fits`
        says of an answer that is no option whether it can be one."""
        values = [value for value, _ in options]
        self.asked.add(key)

        def fitting(answer: str) -> bool:
            return not options or answer in values or bool(fits and fits(answer))

        if key in self.answers:
            answer = self.answers[key].strip()
            if not fitting(answer):
                do = did_you_mean(answer, values)
                raise wrong(f"--{key}", answer, one_of(values), do)
            return answer
        if len(values) == 1:
            self.draft.taken[key] = values[0]
            return values[0]
        question = Question(key, options, hint)
        for _ in range(MOST_ASKED):
            told = self.ask(question)
            if told is None:
                break
            try:
                if fitting(told):
                    self.answers[key] = told
                    return told
                question = replace(question, wrong=f"{told} is none of these")
            except UserError as error:
                question = replace(question, wrong=str(error))
        self.open.append(replace(question, wrong=""))
        raise Open

    def _asked_pair(
        self,
        key: str,
        other: str,
        options: Sequence[tuple[str, str]],
        fits: Callable[[str], bool],
    ) -> str:
        """The column that answers a question; an option, COLUMN=CODE, answers the `other` question
        with its code."""
        text = self._asked(key, options, fits)
        if text not in dict(options):
            return text
        column, _, code = text.rpartition("=")
        if self.answers.setdefault(other, code) != code:
            raise wrong(f"--{other}", self.answers[other], f"{code}, as --{key} has it")
        self.answers[key] = column
        return column

    def check_asked(self) -> None:
        """Raises UserError for an answer to a question that this trial does not have."""
        for key in (key for key in self.answers if key not in self.asked):
            found = (
                f"{self.answers[key]}, an answer to a question that these files do not leave open"
            )
            raise wrong(f"--{key}", found, do="leave it out")

    def ask_later(self) -> None:
        """Leave open what every trial is asked, as far as nothing declares it and a question before
        it is open."""
        known = {*self.answers, *self.draft.taken, *(question.key for question in self.open)}
        known |= {"subject"} if any(map(_declares, self.draft.tables)) else set()
        self.open += [Question(key) for key in EVERY if key not in known]
        self.open.sort(key=lambda question: [*KEYS].index(question.key))

    def column(self, key: str, text: str, tables: Sequence[Table]) -> tuple[Table, Column]:
        """A column by `name` or `table.name`. Raises UserError where there is none."""
        home = getattr(self.draft, "home", None)
        for table in sorted(tables, key=lambda one: one is not home):
            if text in table.columns:
                return table, table.column(text)
        for table in tables:
            for prefix in (f"{table.name}.", f"{_stem(table)}."):
                if text.startswith(prefix) and text.removeprefix(prefix) in table.columns:
                    return table, table.column(text.removeprefix(prefix))
        names = [name for table in tables for name in table.columns]
        raise wrong(f"--{key}", text, "a column of the files", did_you_mean(text, names))

    def _is_column(self, key: str, text: str) -> bool:
        self.column(key, text, self.draft.tables)
        return True

    def _with(self, *names: str) -> Draft:
        """The draft; ends the step where it lacks one of these."""
        if not all(hasattr(self.draft, name) for name in names):
            raise Open
        return self.draft

    def _subject_of(self, table: Table) -> str:
        """The column of the patient in a table."""
        subject = self.draft.subject or SOURCE_ROW
        if table.raw is self.draft.home.raw or subject in table.columns:
            return subject
        if subject != SOURCE_ROW:
            raise wrong(
                table.raw.shown, f"no column {subject}", "the patient, as in the other table"
            )
        need = "--subject COLUMN, or SITE+NUMBER where the numbers are of a site"
        raise wrong(table.raw.shown, "patients who are rows of another table", need)

    def _single(self, table: Table) -> bool:
        subject = self._subject_of(table)
        return subject == SOURCE_ROW or is_key(table, [subject])


def _declares(table: Table) -> bool:
    """Whether a table declares its subject."""
    return bool(table.raw.record) or cdisc.follows_adam(table.columns)


def _stem(table: Table) -> str:
    return table.item.rpartition("/")[2].rpartition(".")[0]
