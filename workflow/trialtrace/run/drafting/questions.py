"""What no file says of a trial: asked, told by a flag, or guessed and left open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

# What can be told by a flag, in the order in which it is asked, and what it is.
FLAGS: Mapping[str, str] = {
    "tables": "files or tables of the trial, with commas between; others are not used",
    "stack": "what each of several files of one form is: visit, arm, treatment (of the same "
    "people), part (other people), repeat (the same people once more, as by a reader) or apart",
    "subject": "column that tells patients apart, or source_row where a row is a patient",
    "visit": "column that tells the visits of a patient apart",
    "where": "COLUMN=VALUE, or COLUMN<=NUMBER, of the rows that are part of the trial, or all",
    "arm": "column of the arm, or columns of an outcome, one a treatment, with commas between",
    "arms": "names of arms that have codes alone, in the order of the codes, with commas between",
    "control": "code or label of the control arm",
    "design": "parallel, factorial, crossover, within_subject (sides) or cluster",
    "cluster": "column of the groups that were randomised as wholes",
    "primary": "column of the primary endpoint; of a time, the time",
    "parameter": "code of the primary endpoint, where PARAMCD or the like tells of what rows are",
    "kind": "kind of the primary endpoint",
    "interval": "columns of the start and the stop of an interval at risk, with a comma between",
    "status": "column that tells whether the time of the primary endpoint ended with the event, or "
    "none",
    "order": "values of the primary endpoint from the least on, with commas between, if levels",
    "event": "code that counts as the event of the primary endpoint",
    "competing": "code of the status that is a competing event, or none",
    "before": "visit that was before treatment, or none",
    "secondary": "columns of the secondary outcomes, with commas between",
    "later": "columns that came after randomisation, with commas between",
    "covariates": "columns that the primary analysis adjusts for, with commas between",
}
# Questions on a terminal; a list is asked for where fewer were needed.
MOST_QUESTIONS = 5
# How often a question is asked until an answer fits.
MOST_ASKED = 3
# Choices that it shows at first.
SHOWN = 9


@dataclass(frozen=True)
class Question:
    """What is asked: the flag that would have told it, words, and what may be answered, each with
    a reason; the first is what would be guessed. `wrong` is why the answer before did not fit.
    Where it is not `sure`, nobody takes the first unseen: neither Enter nor --yes. `several` may be
    answered, or none; so many new names where it has a `length`. It `blinds` where nothing is
    computed by arm without an answer."""

    flag: str
    words: str
    choices: Sequence[tuple[str, str]]
    wrong: str = ""
    sure: bool = True
    several: bool = False
    blinds: bool = True
    length: int = 0


class Unasked(str):
    """An answer that nobody gave: it is a guess, which is named and blinds nothing."""


# The answer; None where nobody is there to give one.
Ask = Callable[[Question], str | None]


def guess_nothing_told(question: Question) -> None:
    """Nobody is asked: every guess stays open."""


def first_choice(question: Question) -> str | None:
    """Under --yes: what would be guessed is taken, where it is sure."""
    sure = question.sure and not question.several
    return Unasked(question.choices[0][0]) if sure else None


def kept(ask: Ask, answers: dict[str, str]) -> Ask:
    """The answers of `ask`, each written into `answers` by its flag, so that none is lost."""

    def answer(question: Question) -> str | None:
        answers.pop(question.flag, None)
        text = ask(question)
        if text is not None and not isinstance(text, Unasked):
            answers[question.flag] = text
        return text

    return answer


def as_before(taken: Mapping[str, str], ask: Ask = guess_nothing_told) -> Ask:
    """The answers of `ask`; where it has none, what an earlier draft took unasked, by flag."""

    def answer(question: Question) -> str | None:
        text = ask(question)
        return Unasked(taken[question.flag]) if text is None and question.flag in taken else text

    return answer
