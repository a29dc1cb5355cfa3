"""Pages of the reference: what a plan can ask for, a page a family of methods."""

import importlib
from collections.abc import Iterable

from written.markdown import anchor, table, tree

from trialtrace.base.config.spec import structure
from trialtrace.base.config.spec_schema import schema_of
from trialtrace.run.trial.endpoints.registry import MODULES
from trialtrace.run.trial.plan.card import TEST, Card
from trialtrace.run.trial.plan.options import NoOptions
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.statistics import STATISTICS
from trialtrace.run.trial.plan.steps import Step, statistics
from trialtrace.run.trial.reference_keys import keys

_INTRODUCTION = """\
# What a plan can ask for

*Written from the cards in `workflow/trialtrace/run/trial/plan/cards/` by `make docs`.*

An analysis lists steps under `describe`, `estimates` and `tests`; with `by` it may have a test of
`interaction`. Each step is a statistic by a method. Which of them suit an endpoint: the page of its
kind, in [endpoints](endpoints.md). Who computes each and who checks it:
[methods in plans](../methods/in-plans.md).

## Names of statistics

Each step tells the results that it gives. A claim names one of them in `is.stat`: whole, or by its
first part where that is enough. `trialtrace results NAME --planned` lists the results of a plan by
these names before it has run. A test is `p_value.<test>`. An option `correction`, `zeros`,
`allocation` or `design` that makes another number of it is added:
`p_value.chi_squared_continuity`. Tests with `groups: all` are of all arms, not of a comparison. A
family adds `p_adjusted.<adjust>_<test>`.

## Families
"""
_WHO = {
    "group": "arm, or all arms with `overall`",
    "arm": "arm",
    "pair": "comparison",
    "every_pair": "every pair of arms",
    "all": "all arms",
}
# Options without which a step does not say what it gives.
_SAMPLES: dict[str, dict[str, object]] = {
    "summary.descriptive": {
        "statistics": ["mean", "sd", "median", "quartiles", "minimum", "maximum"]
    },
    "p_value.repeated_measures_anova": {"design": "treatment_by_visit", "sphericity": "none"},
    "mean_contrast.pooled_variance": {"contrasts": {"<name>": {}}, "sides": "two_sided"},
    "visit_contrast.own_error": {
        "combinations": {"<name>": {}},
        "variance": "pooled",
        "sides": "two_sided",
    },
    "mean_contrast.max_t": {"contrasts": {"<name>": {}}, "sides": "two_sided"},
    "fragility_index.fisher": {"rule": "walsh"},
}


def pages(name: str) -> dict[str, str]:
    """The list of families and a page for each."""
    by_family: dict[str, list[Card]] = {}
    for card in cards():
        by_family.setdefault(card.family, []).append(card)
    rows = ["| family | steps |", "| --- | --- |"]
    for family, members in by_family.items():
        steps = ", ".join(link(card, "steps/") for card in members)
        rows.append(f"| [{_words(family)}](steps/{family}.md) | {steps} |")
    found = {f"{name}.md": f"{_INTRODUCTION}\n" + "\n".join(rows) + "\n" + tree("steps")}
    for family, members in by_family.items():
        text = "\n".join(_card(card) for card in members)
        found[f"{name}/{family}.md"] = f"# {_words(family)}\n\n{text}"
    return found


def link(card: Card, folder: str) -> str:
    """A step as a link to where it is told."""
    return f"[`{card.step}`]({folder}{card.family}.md#{anchor(card.step)})"


def _words(family: str) -> str:
    words = importlib.import_module(f"trialtrace.run.trial.plan.cards.{family}").__doc__ or ""
    return words.strip().removesuffix(".")


def _card(card: Card) -> str:
    named = method_of(card.step)
    source = f" {named.reference}." if named.reference else ""
    means = card.means or (STATISTICS[card.statistic].means if card.statistic != TEST else "")
    options = schema_of(card.options) if card.options else {}
    rows = list(keys(card.options)) if card.options else []
    kinds = ", ".join(f"[{kind}](../endpoints/{page_of(kind)}.md)" for kind in kinds_of(card))
    parts = [
        f"## {card.step}\n",
        f"{_told(means, named.title)}{source}\n",
        f"Of an endpoint of kind {kinds}.\n",
        f"```yaml\n{_written(card, options.get('required', []))}\n```\n",
        *([table(rows)] if rows else []),
        f"Gives {_gives(card)}.\n",
    ]
    if card.interaction is not None:
        own = list(keys(card.interaction))
        parts.append(
            "As a test of `interaction`, without the strata, which are the levels of `by`:\n"
        )
        parts.append(table(own) if own else "no options.\n")
    return "\n".join(parts)


def kinds_of(card: Card) -> tuple[str, ...]:
    return card.kinds or STATISTICS[card.statistic].kinds


def page_of(kind: str) -> str:
    """The kind of entry that gives endpoints of a kind, also where these are yes or no."""
    return kind if kind in MODULES else kind.removesuffix("_event")


def _told(means: str, title: str) -> str:
    sentence = f"{title[:1].upper()}{title[1:]}."
    return sentence if means in ("", sentence) else f"{means} {sentence}"


def _written(card: Card, needed: Iterable[str]) -> str:
    """How a step stands in a plan, with what it needs."""
    if card.step == "summary.descriptive":
        return "describe:\n  - summary: [mean, sd]"
    options = [f"{key}: …" for key in needed]
    if card.statistic == TEST:
        return f"tests:\n  - {card.method}: {{{', '.join(options)}}}"
    how = card.method
    if card.options is not None:
        how = "{" + ", ".join([f"method: {card.method}", *options]) + "}"
    return f"{STATISTICS[card.statistic].section}:\n  - {card.statistic}: {how}"


def _gives(card: Card) -> str:
    by_who: dict[str, list[str]] = {}
    for each in statistics(_sample(card), own=False):
        who = f"{_WHO[each.of]}, by {each.second[0]}" if each.second else _WHO[each.of]
        names = by_who.setdefault(who, [])
        if f"`{each.name}`" not in names:
            names.append(f"`{each.name}`")
    return "; ".join(f"by {who}: {', '.join(names)}" for who, names in by_who.items())


def _sample(card: Card) -> Step[object]:
    """A step of the card; with options where these decide what it gives."""
    data = _SAMPLES.get(card.step)
    options = NoOptions() if data is None else structure(card.options, data)
    return Step(card.statistic, card.method, options)
