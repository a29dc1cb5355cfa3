"""The families of methods: each has a module of cards. What follows from all cards stands here."""

import importlib
from dataclasses import replace
from functools import cache

from trialtrace.run.trial.plan.card import TEST, Card, Named
from trialtrace.run.trial.plan.card_modules import MODULES
from trialtrace.run.trial.plan.statistics import STATISTICS


@cache
def _family(module: str) -> dict[str, Card]:
    """The cards of a module by their step."""
    name = module.rpartition(".")[2]
    return {
        card.step: replace(card, family=name, check=card.check or name)
        for card in importlib.import_module(module).CARDS
    }


def card_of(step: str) -> Card:
    """The card of a statistic.method. Raises KeyError where there is none."""
    return _family(MODULES[step])[step]


@cache
def cards() -> tuple[Card, ...]:
    """Every card, in the order of the registry."""
    return tuple(card_of(step) for step in MODULES)


@cache
def of_method(method: str) -> tuple[Card, ...]:
    """The cards whose results bear a method, by its own name or another."""
    own = tuple(card_of(step) for step in MODULES if step.partition(".")[2] == method)
    return own or tuple(card for card in cards() if method in card.also)


@cache
def title_of(method: str) -> Named | None:
    """What a method is, as results name it, and where it is described."""
    for card in of_method(method):
        if card.title and card.method == method:
            return Named(card.title, card.reference)
        if method in card.also:
            return card.also[method]
    return None


@cache
def tested_by(method: str) -> Named | None:
    """The test of a method whose title is that of an estimate or an interval."""
    title = title_of(method)
    named = next((card.tested for card in of_method(method) if card.tested), "")
    return Named(named, title.reference) if named and title else None


@cache
def comparing(how: str) -> tuple[str, ...]:
    """Methods that compare "within" or "between" subjects."""
    return tuple(dict.fromkeys(card.method for card in cards() if card.compares == how))


@cache
def is_normal(method: str) -> bool:
    """Whether a result, "statistic.method", has an interval of the normal distribution, as its card
    says."""
    return method in MODULES and card_of(method).normal


def step_key(section: str, name: str, method: str) -> str:
    """statistic.method of a step; the principal statistic of a test is its p-value."""
    return f"{name if section in ('describe', 'estimates') else TEST}.{method}"


def kinds_of(section: str, statistic: str, method: str) -> tuple[str, ...]:
    """The kinds of endpoint that a step suits."""
    return card_of(step_key(section, statistic, method)).kinds or STATISTICS[statistic].kinds


def narrower(statistic: str, method: str) -> bool:
    """Whether a method does not suit all kinds of endpoint of its statistic."""
    return statistic in STATISTICS and bool(card_of(f"{statistic}.{method}").kinds)
