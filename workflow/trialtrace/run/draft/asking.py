"""Asks a question once, of whoever can answer it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from trialtrace.base.errors import UserError, did_you_mean, one_of, wrong
from trialtrace.run.draft.answers import ALWAYS, KEYS, LAYOUT, OPTIONAL, Ask, Question
from trialtrace.run.draft.candidates import Options
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.keys import is_key
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table

MOST_ASKED = 3
Read = TypeVar("Read")


class Open(Exception):
    """An answer that other questions need is not there."""


class Asking:
    """What is told and asked of a draft. `open` are the questions without an answer, `answers` all
    that was told and answered."""

    def __init__(self, tables: Sequence[Table], given: dict[str, str], ask: Ask):
        self.answers = given
        self.answer = ask
        self.open: list[Question] = []
        self.asked = {*LAYOUT, *OPTIONAL}
        self.draft = Draft(list(tables))

    def ask(self, key: str, options: Options, read: Callable[[str], Read], hint: str = "") -> Read:
        """What is read of the answer of a question: of the one that was told, that alone fits, or
        that is answered now. `read` raises UserError for an answer that does not fit."""
        self.asked.add(key)
        if key in self.answers:
            return read(self.answers[key].strip())
        if len(options) == 1:
            self.draft.taken[key] = options[0][0]
            return read(options[0][0])
        question = Question(key, options, hint)
        for _ in range(MOST_ASKED):
            told = self.answer(question)
            if told is None:
                break
            try:
                made = read(told)
            except UserError as error:
                question = replace(question, wrong=str(error))
            else:
                self.answers[key] = told
                return made
        self.open.append(replace(question, wrong=""))
        raise Open

    def choose(self, key: str, options: Options, hint: str = "") -> str:
        """The option that is the answer of a question."""
        return self.ask(key, options, lambda text: one_among(key, text, dict(options)), hint)

    def check_asked(self) -> None:
        """Raises UserError for an answer to a question that this trial does not have."""
        for key in (key for key in self.answers if key not in self.asked):
            what = "an answer to a question that these files do not leave open"
            raise wrong(f"--{key}", f"{self.answers[key]}, {what}", do="leave it out")

    def ask_later(self) -> None:
        """Leave open what every trial is asked, as far as nothing declares it and a question before
        it is open."""
        known = {*self.answers, *self.draft.taken, *(question.key for question in self.open)}
        known |= {"subject"} if any(map(_declares, self.draft.tables)) else set()
        self.open += [Question(key) for key in ALWAYS if key not in known]
        self.open.sort(key=lambda question: [*KEYS].index(question.key))

    def column(
        self, key: str, text: str, tables: Sequence[Table] | None = None
    ) -> tuple[Table, Column]:
        """A column of some tables, else of all. Raises UserError where there is none."""
        named = self._columns(tables)
        if text not in named:
            raise wrong(f"--{key}", text, "a column of the files", did_you_mean(text, named))
        return named[text]

    def coded(
        self, key: str, text: str, tables: Sequence[Table] | None = None
    ) -> tuple[Table, Column, str]:
        """`status=1` as a column and one of its codes. Raises UserError for another."""
        named = self._columns(tables)
        for at in [at for at, sign in enumerate(text) if sign == "="]:
            name, code = text[:at].strip(), text[at + 1 :].strip()
            if name in named:
                table, one = named[name]
                return table, one, one_among(key, code, one.values, f"a code of {name}")
        near = did_you_mean(text.partition("=")[0].strip(), named)
        raise wrong(f"--{key}", text, "COLUMN=CODE, with a column of the files", near)

    def pair(self, key: str, other: str, text: str) -> tuple[Table, Column]:
        """The column that is an answer; of COLUMN=CODE the code answers the `other` question."""
        if "=" not in text or text in self._columns():
            return self.column(key, text)
        table, one, code = self.coded(key, text)
        if self.answers.setdefault(other, code) != code:
            raise wrong(f"--{other}", self.answers[other], f"{code}, as --{key} has it")
        return table, one

    def _columns(self, tables: Sequence[Table] | None = None) -> Mapping[str, tuple[Table, Column]]:
        """The columns of tables by their names, alone and behind the name of the table or file;
        those of the table of patients first."""
        home, named = getattr(self.draft, "home", None), dict[str, tuple[Table, Column]]()
        for table in sorted(tables or self.draft.tables, key=lambda each: each is not home):
            for name, one in table.columns.items():
                for known in (name, f"{table.name}.{name}", f"{table.called}.{name}"):
                    named.setdefault(known, (table, one))
        return named

    def _with(self, *names: str) -> Draft:
        """The draft; ends the step where it lacks one of these."""
        if not all(hasattr(self.draft, name) for name in names):
            raise Open
        return self.draft

    def _subject_of(self, table: Table) -> str:
        """The column of the patient in a table."""
        subject, at_home = self.draft.subject, table.raw is self.draft.home.raw
        if not subject and not at_home:
            raise Open
        if at_home or subject in table.columns:
            return subject or SOURCE_ROW
        found, need = f"no column {subject}", "the patient, as in the other table"
        if subject == SOURCE_ROW:
            found = "patients who are rows of another table"
            need = "--subject COLUMN, or SITE+NUMBER where the numbers are of a site"
        raise wrong(table.raw.shown, found, need)

    def _single(self, table: Table) -> bool:
        subject = self._subject_of(table)
        return subject == SOURCE_ROW or is_key(table, [subject])


def one_among(key: str, text: str, known: Collection[str], need: str = "") -> str:
    """The answer of a flag, where it is one of those that are known. Raises UserError."""
    if text not in known:
        needed = f"{need}: {one_of(known)}" if need else one_of(known)
        raise wrong(f"--{key}", text, needed, did_you_mean(text, known))
    return text


def _declares(table: Table) -> bool:
    """Whether a table declares its subject."""
    return bool(table.raw.record) or cdisc.follows_adam(table.columns)
