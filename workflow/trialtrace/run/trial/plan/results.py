"""Which statistics each step of a plan gives, and of what: the one list of their names.

What the check of claims accepts, what a planned result is called and what the documentation lists
all come from here. A test holds the results of runs to it.

A statistic is written `statistic.method@of`, `{}` standing for the method as results name it.
`of` is who it is about:

============  ===================================================================================
`group`       each arm, and all of them where the plan says `overall`
`arm`         each arm
`pair`        each comparison
`every_pair`  every pair of the arms that are compared
`all`         all arms at once
`compared`    all arms at once, or each comparison, as `groups` of the step says
============  ===================================================================================

After it may stand `;key=value`, what tells several apart; a key alone takes its values from the
step or from the data. A `?` marks what stands only where it is defined: statistics and degrees of
freedom lack where a test has no answer, or is one of a distribution that has none.
"""

from dataclasses import dataclass

from trialtrace.base.config.spec import items_of
from trialtrace.run.trial.plan.card import Card
from trialtrace.run.trial.plan.gives import COMPARED, EVERYONE, PAIR
from trialtrace.run.trial.plan.methods import result_method
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.steps import Step

# What tells apart results that are over all visits.
OVER_VISITS = ("effect", "over", "contrast", "time", "term")


@dataclass(frozen=True)
class Statistic:
    """A result of a step. `second` is what tells several apart, with its value where it is known.

    `visits`: "each", "later" than the first, or None where one result is over all visits; `sure` is
    false for what stands only where it is defined.
    """

    stat: str
    method: str
    of: str
    second: tuple[str, str | None] | None
    sure: bool
    visits: str | None

    @property
    def name(self) -> str:
        return f"{self.stat}.{self.method}"


def statistics(step: Step[object], *, own: bool) -> tuple[Statistic, ...]:
    """The statistics of a step.

    `own` says that each subject has every treatment: a correlation is then of the differences, and
    what compares later visits with the first has none at that one.
    """
    card = card_of(step.key)
    gives = card.gives(step.options, own) if callable(card.gives) else card.gives
    given = gives or f"{card.statistic}.{{}}@{PAIR}"
    named = result_method(card.method, step.options)
    return tuple(_read(each, named, card, step, own=own) for each in given.split())


def _read(text: str, method: str, card: Card, step: Step[object], *, own: bool) -> Statistic:
    head, _, tail = text.removesuffix("?").partition(";")
    name, _, of = head.partition("@")
    stat, _, as_told = name.partition(".")
    second, _, value = tail.partition("=")
    if of == COMPARED:
        of = EVERYONE if items_of(step.options).get("groups") == "all" else PAIR
    return Statistic(
        stat,
        as_told.replace("{}", method),
        of,
        (second, value or None) if tail else None,
        not text.endswith("?"),
        _visits(card, second, own=own),
    )


def _visits(card: Card, second: str, *, own: bool) -> str | None:
    """At which visits a step gives a statistic; of an effect over visits there is one."""
    if card.visits == "each":
        return "each"
    if second in OVER_VISITS:
        return None
    later = card.statistic == "change_difference" or (own and card.method == "ordinal_mixed")
    return "later" if later else "each"
