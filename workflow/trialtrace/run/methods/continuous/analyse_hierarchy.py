"""A hierarchy of outcomes over all pairs of two arms: the first that tells two patients apart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut, of_another
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.tables.frames import Predicate, Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.continuous import win_ratio
from trialtrace.stats.results import Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import hierarchy as cards

STATISTICS = ("win_ratio", "net_benefit", "win_odds")


@dataclass(frozen=True)
class _Outcome:
    """One level: its endpoint's name, the cut of its records, and how it wins."""

    name: str
    cut: Cut
    wins: str
    margin: float
    missing: str


def hierarchy(cut: Cut, step: "Step[cards.AllPairs]") -> Iterator[Result]:
    """By comparison: win ratio, net benefit, win odds, their test, and pairs by level."""
    first = step.options.first
    levels = [_Outcome(cut.endpoint.name, cut, first.wins, first.margin, "refused")]
    for then in step.options.then:
        records = of_another(cut, then.endpoint, then.value, then.visit)
        levels.append(_Outcome(then.endpoint, records, then.wins, then.margin, then.missing))
    for pair, both, _, _ in cut.pairs():
        arms = {"TRTP": {"in": list(pair)}}
        members = {"analysed": both}
        for number, level in enumerate(levels[1:], 2):
            members[f"outcome_{number}"] = level.cut.rows(**arms)
        found = partial(
            _statistics, formula(step), levels, arms, both, pair[0], cut.analysis.confidence
        )
        sample = Sample(cut, step, cut.at(pair=pair), members, both.n)
        for stat in STATISTICS:
            yield sample.interval(partial(_interval, found, stat), stat)
        yield from sample.test(partial(_test, found), "z")
        try:
            made = found()
        except StatsError:
            continue
        for number, level in enumerate(levels):
            of_level = sample.at(pair=pair, second=("outcome", level.name))
            yield of_level.value("wins", made.wins[number])
            yield of_level.value("losses", made.losses[number])
        yield sample.value("ties", made.ties)


def _interval(function: Callable[[], win_ratio.WinStatistics], stat: str) -> Interval:
    interval: Interval = getattr(function(), stat)
    return interval


def _test(function: Callable[[], win_ratio.WinStatistics]) -> TestResult:
    return function().test


def _statistics(
    statistics: Formula,
    levels: list[_Outcome],
    arms: Predicate,
    both: Selection,
    treated: str,
    confidence: float,
) -> win_ratio.WinStatistics:
    subjects = both.column("USUBJID").astype(str)
    if len(np.unique(subjects)) < both.n:
        raise StatsError("some subjects have more than one record of the first outcome.")
    outcomes = [_outcome(levels[0], both, subjects)]
    outcomes += [_outcome(level, level.cut.rows(**arms), subjects) for level in levels[1:]]
    arm = both.column("TRTP").astype(str) == treated
    return statistics(arm.astype(float), outcomes, confidence=confidence)


def _outcome(level: _Outcome, rows: Selection, subjects: np.ndarray) -> win_ratio.Outcome:
    """The values of an outcome in the order of `subjects`; a time must be known of everyone."""
    own = rows.column("USUBJID").astype(str)
    order = np.argsort(own, kind="stable")
    if len(np.unique(own)) < rows.n:
        raise StatsError(f"some subjects have more than one record of {level.name}.")
    at = np.searchsorted(own[order], subjects)
    at = np.minimum(at, max(rows.n - 1, 0))
    there = own[order][at] == subjects if rows.n else np.zeros(len(subjects), dtype=bool)
    if level.wins == "later":
        if not there.all():
            raise StatsError(f"{(~there).sum()} subjects have no time of {level.name}.")
        time, censored = (rows.column(name)[order][at] for name in ("AVAL", "CNSR"))
        return win_ratio.TimeToEvent(time.astype(float), (censored == 0).astype(float))
    value = np.full(len(subjects), np.nan)
    value[there] = level.cut.values(rows).astype(float)[order][at[there]]
    return win_ratio.Measured(
        value,
        level.wins == "higher",
        level.margin,
        level.missing,
    )


METHODS = {"win_ratio.all_pairs": hierarchy}
