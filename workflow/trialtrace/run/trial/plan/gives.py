"""What a statistic gives: the results of a step, and how its formula becomes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

GROUP, ARM, PAIR, EVERYONE, COMPARED = "group", "arm", "pair", "all", "compared"
EVERY_PAIR = "every_pair"
OWN = "{}"
# What tells results of a step apart, and which of them; None where the step or the data know.
Second = tuple[str, str | None]
OVER_VISITS = ("over", "visits")


@dataclass(frozen=True)
class ResultName:
    """A result of a step: statistic, and who it is about (`trialtrace.run.trial.plan.steps`).

    `method` is what it bears in its name, `{}` for the method of the step. `sure` is false for what
    stands only where it is defined.
    """

    stat: str
    of: str = PAIR
    sure: bool = True
    method: str = OWN
    second: Second | None = None


@dataclass(frozen=True)
class Gives:
    """The results of a step. `how` says what its formula returns: an interval, a test, a number,
    or the two ends of a range; nothing where the card names a function of its own. With `count`
    the events come first, and each result has its denominator."""

    results: tuple[ResultName, ...]
    how: Literal["interval", "test", "number", "ends", ""]
    count: bool = False


EVENTS = ResultName("count", GROUP, method="events")


def interval(stat: str) -> Gives:
    """By comparison: an estimate with its interval."""
    return Gives((ResultName(stat),), "interval")


def proportion() -> Gives:
    """By arm: the events, and their proportion with its interval."""
    return Gives((EVENTS, ResultName("proportion", GROUP)), "interval", count=True)


def bound(stat: str) -> Gives:
    """By arm: the events, and one number."""
    return Gives((EVENTS, ResultName(stat, GROUP)), "number", count=True)


def number(stat: str, method: str = OWN) -> Gives:
    """By comparison: one number."""
    return Gives((ResultName(stat, method=method),), "number")


def ends(stat: str) -> Gives:
    """By comparison: the least and the largest value that something may have."""
    return Gives((ResultName(f"{stat}_lowest"), ResultName(f"{stat}_highest")), "ends")


def test(*more: str, of: str = PAIR, second: Second | None = None) -> Gives:
    """A p-value; its statistic and degrees of freedom lack where it has no answer."""
    tested = ResultName("p_value", of, second=second)
    rest = (ResultName(stat, of, sure=False, second=second) for stat in more)
    return Gives((tested, *rest), "test")


def contrast(stat: str, of: str, seconds: Iterable[Second | None] = (None,)) -> Gives:
    """An estimate with its t test, for each of what tells several apart; t and its degrees of
    freedom lack where it has no answer."""
    results = (
        ResultName(each, of, each in (stat, "p_value"), second=second)
        for second in seconds
        for each in (stat, "p_value", "t", "df")
    )
    return Gives(tuple(results), "")


def effects(stats_of: Mapping[str, Iterable[str]]) -> Gives:
    """Statistics of each effect; they lack where it has no answer."""
    results = (
        ResultName(stat, EVERYONE, sure=False, second=("effect", effect))
        for effect, stats in stats_of.items()
        for stat in stats
    )
    return Gives(tuple(results), "")
