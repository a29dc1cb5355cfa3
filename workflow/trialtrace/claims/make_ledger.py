"""Makes a ledger from its document: expressions read, numbers whole, what is left out filled in."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trialtrace.claims.habits import with_habits
from trialtrace.claims.ledger import (
    MODEL,
    About,
    Entry,
    Group,
    Ledger,
    Outcome,
    PaperPopulation,
    Strata,
)
from trialtrace.trial.claims.forms import AVERAGES, UNSAID
from trialtrace.trial.claims.printed import Component, parse


def ledger(document: Mapping[str, Any]) -> Ledger:
    """A ledger from a validated mapping in the form of claims.yaml."""

    def each(section: str, make: Callable[[str, Mapping[str, Any]], Any]) -> dict[str, Any]:
        return {name: make(name, given) for name, given in document.get(section, {}).items()}

    read = Ledger(
        document["papers"],
        each("groups", _group),
        each("populations", _population),
        each("outcomes", _outcome),
        each("claims", entry),
        _strata(document.get("strata", {})),
    )
    return with_habits(read)


def _group(name: str, given: Mapping[str, Any]) -> Group:
    randomised = _whole(given.get("randomised"))
    return Group(name, given["label"], randomised, given.get("control", False))


def _population(name: str, given: Mapping[str, Any]) -> PaperPopulation:
    sizes = {group: int(size) for group, size in given.get("sizes", {}).items()}
    only = tuple(given.get("only", ()))
    return PaperPopulation(name, given["label"], given.get("everyone", False), sizes, only)


def _outcome(name: str, given: Mapping[str, Any]) -> Outcome:
    visits = tuple(given.get("visits", ()))
    flags = (given.get(key, False) for key in ("whole", "wanted"))
    return Outcome(name, given["label"], visits, *flags)


def _strata(given: Mapping[str, Any]) -> Strata:
    made: dict[str, Any] = {name: given[name] for name in ("number", "fewest") if name in given}
    if "imbalance" in given:
        made["imbalance"] = Fraction(str(given["imbalance"]))
    made["sizes"] = {
        stratum: {group: int(size) for group, size in own.items()}
        for stratum, own in given.get("sizes", {}).items()
    }
    return Strata(**made)


def entry(name: str, given: Mapping[str, Any]) -> Entry:
    """A claim with its expression read; sentences without a number are read as words."""
    parts = {
        part.name: part for part in parse(given["printed"], f"claims.{name}.printed", words=True)
    }
    about = _named(dict(given.get("about", {})), parts)
    compare = about.pop("compare", ())
    about["compare"] = (compare,) if isinstance(compare, str) else tuple(compare)
    about["patients"] = _whole(about.get("patients"))
    return Entry(
        name,
        given["from"],
        given["place"],
        given["label"],
        given["printed"],
        parts,
        About(**about),
        tuple(given.get("with", ())),
        given.get("direction", {}),
    )


def _named(about: dict[str, Any], parts: Mapping[str, Component]) -> dict[str, Any]:
    """What a claim is about, with what its expression itself calls the number."""
    main = parts.get("percent") or parts.get("value")
    if main is not None and main.symbol not in (None, UNSAID, *AVERAGES):
        about.setdefault("measure", main.symbol)
    if main is not None and main.adjusted:
        about.setdefault("basis", MODEL)
    if "margin" in about:
        about["margin"] = Decimal(about["margin"])
    return about


def _whole(printed: str | None) -> int | None:
    return None if printed is None else int(printed)
