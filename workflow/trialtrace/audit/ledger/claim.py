"""A claim as it is used: what a ledger declares of it, with its printed expression read once.

It is made from an entry of claims.yaml or of a ledger on its own, which have the same keys.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from trialtrace.audit.ledger.paper import About, Design
from trialtrace.audit.ledger.shape import READ, LedgerClaim, LedgerFile
from trialtrace.audit.ledger.texts import PaperText, cited, unplaced
from trialtrace.audit.printed.expression import Component, parse
from trialtrace.audit.printed.symbols import (
    AVERAGES,
    CHANCES,
    CHI_SQUARED,
    RANKS,
    SPREADS,
    STANDARDISED,
    UNSAID,
    WITHIN_ONE,
)
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of

Selects = Mapping[str, Any]
"""The keys of `is`, as written."""
MODEL, INTERACTION = "model", "interaction"
PAIRED, CROSSOVER = "paired", "crossover"
FAMILIES = ("bonferroni", "dunnett", "hochberg", "holm", "sidak", "tukey", "multiplicity")
"""Procedures for several comparisons, as `design` names them."""
POINTS = "percentage"
"""How the unit of a difference of two shares begins."""
INTERVAL_SAID = re.compile(r"\bC(?:r)?I\b|interval|limits|rate", re.IGNORECASE)
# They rest on the times of the events.
TIMED = ("hazard_ratio", "rate_ratio")


@dataclass(frozen=True)
class Claim:
    """A claim with its expression read. `parts` are its components by name.

    `paper` is the name of its paper, `cite` the citation. `selects` is what recomputes it where
    there is data, as written, `cannot` why nothing does; `readings` are several such by label,
    where the paper leaves open what the number is. `doubt` tells what a program guessed that read
    it, and nobody confirmed.
    """

    name: str
    paper: str
    cite: str
    place: str
    label: str
    printed: str
    parts: Mapping[str, Component]
    about: About
    linked: tuple[str, ...]
    selects: Selects | None
    cannot: str | None
    direction: Mapping[str, str]
    readings: Mapping[str, Selects] = field(default_factory=dict)
    doubt: str = ""

    @property
    def selections(self) -> Mapping[str | None, Selects]:
        """What recomputes the number, by the label of the reading; None is that of one alone."""
        if self.readings:
            return {label: reading for label, reading in self.readings.items()}  # noqa: C416
        return {} if self.selects is None else {None: self.selects}

    def has(self, *names: str) -> bool:
        """Whether all these components are printed."""
        return set(names) <= set(self.parts)

    @property
    def has_interval(self) -> bool:
        return self.has("ci_low", "ci_high")

    @property
    def interval(self) -> str:
        """Its interval as printed: "1.2 to 3.4"."""
        return f"{self.parts['ci_low'].text} to {self.parts['ci_high'].text}"

    @property
    def credible(self) -> bool:
        """Whether its interval is one of a posterior."""
        return self.parts["ci_low"].symbol == "credible"

    @property
    def confidence(self) -> float:
        """The level of its interval, 0.95 where none is printed."""
        level = self.parts["ci_low"].level
        return 0.95 if level is None else float(level) / 100

    @property
    def main(self) -> Component | None:
        """The percentage or the value, where one is printed."""
        return self.parts.get("percent") or self.parts.get("value")

    @cached_property
    def measure(self) -> str | None:
        """What compares the groups, or what the expression itself calls the number."""
        symbol = None if self.main is None else self.main.symbol
        text = None if symbol in (UNSAID, *AVERAGES) else symbol
        points = self.main is not None and (self.main.unit or "").startswith(POINTS)
        if text is None and points and len(self.about.compare or ()) == 2:
            text = "risk_difference"
        if text is None and self._of_means:
            text = "mean_difference"
        return self.about.measure or text

    @property
    def _of_means(self) -> bool:
        """Whether an unnamed number is no ratio, and of a procedure that compares means."""
        parts = [self.parts.get(name) for name in ("value", "ci_low")]
        below = any(part is not None and (part.value or 0) < 0 for part in parts)
        pair = len(self.about.compare or ()) == 2 and self.about.compare != "all"
        return below and pair and bool({"dunnett", "tukey"} & set(self.about.design or ()))

    @cached_property
    def stated_basis(self) -> str | None:
        """What the number rests on, as the paper or the expression itself states it."""
        if self.about.versus:
            return INTERACTION
        adjusted = self.main is not None and self.main.adjusted
        return self.about.basis or (MODEL if adjusted else None)

    @cached_property
    def plain_estimate(self) -> bool:
        """Whether its estimate is the plain one of the groups, though its error or its p is not.

        As of the same patients twice, and of several comparisons.
        """
        designs = set(self.about.design or ())
        adjusted = self.main is not None and self.main.adjusted
        return bool(designs) and designs <= {PAIRED, *FAMILIES} and not adjusted

    @cached_property
    def of_family(self) -> bool:
        """Whether it is one of several comparisons, by a procedure for these, and plain else."""
        return self.plain_estimate and PAIRED not in (self.about.design or ())

    @property
    def basis(self) -> str | None:
        """What the number rests on where that is not the counts or means of the groups."""
        return MODEL if self.measure in TIMED else self.stated_basis

    def is_about_the_same(self, other: "Claim", *but: str) -> bool:
        """Whether both are about the same thing, these keys of `about` left aside."""
        bare: dict[str, Any] = dict.fromkeys(("measure", "basis", "margin", *but))
        return self._read_of_it == other._read_of_it and replace(self.about, **bare) == replace(
            other.about, **bare
        )

    @property
    def _read_of_it(self) -> tuple[Any, ...]:
        return self.measure, self.stated_basis, self.about.margin_value

    @property
    def share(self) -> Component | None:
        """The percentage, where it is that of a count: not of a curve, not of a model, and of a
        change in per cent alone not either."""
        changed = self.about.change and not {"count", "denominator"} & set(self.parts)
        return self.parts.get("percent") if self.basis is None and not changed else None

    @property
    def has_deviation(self) -> bool:
        """Whether a standard deviation is printed, and said to be one."""
        data = self.parts.get("sd")
        return data is not None and data.symbol != UNSAID and data.relation == "="

    @property
    def is_median(self) -> bool:
        """Whether its value is called a median, or stands with quartiles and is called nothing."""
        data, quartiles = self.parts.get("value"), self.has("quartile_low", "quartile_high")
        called = data is not None and (data.symbol or (quartiles and "median")) == "median"
        return data is not None and called and data.relation == "="

    @property
    def bare_pair(self) -> bool:
        """Whether two numbers in brackets behind a group's value or median are of no said kind.

        "4 (2-7)" is a median with its quartiles or its range, or an estimate with its interval.
        """
        value, names = self.parts.get("value"), ("ci_low", "ci_high")
        if value is None or set(self.parts) != {"value", *names} or self.about.group is None:
            return False
        plain = value.symbol in (None, "median") and value.unit is None and self.measure is None
        return plain and not INTERVAL_SAID.search(self.printed) and self.about.interval is None

    @cached_property
    def of_count(self) -> bool:
        """Whether its percentage is that of a group's patients, or of the count printed with it."""
        percent = self.parts.get("percent")
        beside = "count" in self.parts and self.measure is None
        said = percent is not None and percent.symbol != UNSAID
        return percent is not None and (self.about.group is not None or (said and beside))

    @property
    def tested(self) -> Component | None:
        """The p of a test of no difference, where it is a number: not that of a margin."""
        return None if self.about.margin is not None else self.numeric_p

    @property
    def numeric_p(self) -> Component | None:
        """The p of a test of no difference, or of the margin that the claim names."""
        data = self.parts.get("p")
        return None if data is None or data.relation == "ns" or data.symbol is not None else data

    @property
    def sides(self) -> str | None:
        """The sides of the test that the paper states, beside p or elsewhere."""
        return self.about.sides or (self.parts["p"].sides if "p" in self.parts else None)

    @cached_property
    def impossible(self) -> dict[str, tuple[str, str]]:
        """The components that no study can have, each with what it is and what it has to be."""
        found = impossible(self.parts, self.measure)
        size, count = self.about.n, self.whole_count
        if found or size is None or "denominator" in self.parts:
            return found
        if size < 1:
            return {next(iter(self.parts)): (f"a number of patients of {size}", "at least one")}
        if self.about.group and count is not None and count > size:
            name = "count" if "count" in self.parts else "value"
            return {name: (f"{count} of {size} patients", "a count that is not above them")}
        return {}

    @property
    def tails(self) -> tuple[str, ...]:
        """The sides of which p is that of one: both where only "one-sided" is printed."""
        sides = self.sides or "two_sided"
        return ("less", "greater") if sides == "one_sided" else (sides,)

    @property
    def whole_count(self) -> int | None:
        """The count of patients that a claim prints, alone or before a percentage.

        Not a mean or a median, nor a number of events over time, which a patient may have several.
        """
        data = self.parts.get("count")
        if "person_time" in self.parts or (data is not None and "value" in self.parts):
            return None
        if data is None and set(self.parts) <= {"value", "p"}:
            data = self.parts.get("value")
        if data is None or data.symbol in AVERAGES:
            return None
        whole = data.places == 0 and data.unit is None and data.relation == "="
        return int(data.value) if whole and data.value is not None else None


def claims_of(declared: LedgerFile, file: str = "") -> dict[str, Claim]:
    """The claims of a ledger by name; `file` stands before the place of a mistake.

    Raises UserError for a paper that is none, and for an expression that cannot be read.
    """
    claims = {}
    for name, claim in declared.claims.items():
        place = f"{file}claims.{name}"
        if claim.from_ not in declared.papers:
            raise UserError(
                Problem(
                    f"{place}.from",
                    found=f'"{claim.from_}"',
                    expected=one_of(declared.papers),
                    do=did_you_mean(claim.from_, declared.papers),
                )
            )
        claims[name] = read_claim(name, claim, declared.papers[claim.from_], place)
    return claims


def read_claim(name: str, declared: LedgerClaim, paper: str | PaperText, place: str) -> Claim:
    """A claim with its expression read; sentences without a number are read as words."""
    components = parse(
        declared.printed,
        f"{place}.printed",
        words=True,
        direction=bool(declared.direction),
        fact=declared.about is not None and declared.about.fact is not None,
    )
    parts = {component.name: component for component in components}
    about = declared.about or structure(About, {})
    tests = {component.test for component in components} - {None}
    if about.test is None and len(tests) == 1:
        about = replace(about, test=tests.pop())
    if about.design is None and (designs := _designs(parts)):
        about = replace(about, design=designs)
    # A change within a group is of the same patients twice, and plain all the same.
    plain = about.design == (PAIRED,) and about.change and about.group is not None
    if about.design is not None and about.basis is None and not plain:
        about = replace(about, basis=MODEL)
    return Claim(
        name=name,
        paper=declared.from_,
        cite=cited(paper),
        place=declared.place or unplaced(paper),
        label=declared.label,
        printed=declared.printed,
        parts=parts,
        about=about,
        linked=declared.with_ or (),
        selects=declared.is_,
        cannot=declared.cannot,
        direction=declared.direction or {},
        readings={
            reading["label"]: reading["is"] for reading in (declared.readings or {}).values()
        },
        doubt="" if declared.unconfirmed in (None, READ) else str(declared.unconfirmed),
    )


def _designs(parts: Mapping[str, Component]) -> tuple[Design, ...]:
    """What an expression says of how its number was made; a p beside an estimate is its own."""
    p = parts.get("p")
    if p is None or not p.adjusted or {"value", "percent", "ci_low"} & set(parts):
        return ()
    other: Design = "stratified" if p.test else "adjusted"
    return (p.procedure or other,)


# What numbers of a printed expression no study can have, each alone or beside the others.

WHOLE = 100
SQUARES = {"f": "an F", CHI_SQUARED: "a χ²", "q": "a Q", "h": "an H"}
"""Test statistics that are never below 0."""


def impossible(
    parts: Mapping[str, Component], measure: str | None = None
) -> dict[str, tuple[str, str]]:
    """The components that no study can have, each with what it is and what it has to be.

    `measure` is what the main number is where the expression does not say it.
    """
    found = {name: _impossible(part, parts) for name, part in parts.items()}
    main = parts.get("value")
    called = "" if main is None else main.symbol or measure or ""
    if called.endswith("_ratio") and not called.startswith("log_"):
        found |= _below_zero(parts)
    return {name: said for name, said in found.items() if said is not None}


def _impossible(component: Component, by_name: Mapping[str, Component]) -> tuple[str, str] | None:
    value = component.value
    if value is None:
        return None
    if component.name == "p" and not 0 <= value <= 1:
        return f"a p-value of {component.number}", "a p-value between 0 and 1"
    if component.name == "p" and component.relation == "<" and value == 0:
        return "a p-value below 0", "a p-value between 0 and 1"
    if component.level is not None and not 0 < component.level < WHOLE:
        return f"an interval of {component.level}%", "a level between 0 and 100%"
    if component.symbol in CHANCES and not 0 <= value <= (100 if component.unit else 1):
        return f"a chance of {component.number}", "a number between 0 and 1"
    if component.symbol in WITHIN_ONE and abs(value) > 1:
        return f"an agreement of {component.number}", "a number from \N{MINUS SIGN}1 to 1"
    # A reduction has no lower end: an efficacy is one less a ratio.
    reduction = component.symbol == "relative_reduction" or component.word == "lower"
    rise = component.word == "higher" or (reduction and value < 0)
    if component.name == "percent" and not rise and abs(value) > 100:
        return f"a percentage of {component.number}", "a percentage of at most 100"
    if component.name == "percent" and "count" in by_name and value < 0:
        return f"a share of {component.number}%", "a share between 0 and 100%"
    if component.name in ("cv", "quartile_width") and value < 0:
        return f"a spread of {component.number}", "a number of at least 0"
    if component.name in SPREADS and value < 0:
        return f"a {SPREADS[component.name]} of {component.number}", "a number of at least 0"
    if component.name in ("df1", "df2") and value <= 0:
        return f"degrees of freedom of {component.number}", "degrees of freedom above 0"
    if component.name == "statistic":
        return _impossible_statistic(component, value)
    of_squares = component.name == "effect" and component.symbol != STANDARDISED
    if of_squares and not 0 <= value <= 1:
        return f"an η² of {component.number}", "a number between 0 and 1"
    if component.name == "person_time" and value <= 0:
        return f"a person-time of {component.number}", "a time above 0"
    if component.name == "denominator" and value == 0:
        return f"a denominator of {component.number}", "at least one patient"
    if component.name == "cv" and value < 0:
        return f"a coefficient of variation of {component.number}", "a number of at least 0"
    if component.name == "events" and "count" in by_name:
        patients = by_name["count"]
        if value < (patients.value or 0):
            return f"{value} events of {patients.number} patients", "at least one event of each"
    if component.name == "count" and "denominator" in by_name:
        of = by_name["denominator"].value
        if of is not None and value > of:
            return f"{value} of {of}", "a count that is not above its denominator"
    low = by_name.get("ci_low")
    if component.name == "ci_high" and low is not None and value < (low.value or 0):
        return "an interval that ends below its start", "the lower limit first"
    return None


def _impossible_statistic(component: Component, value: Decimal) -> tuple[str, str] | None:
    if component.symbol in ("r", RANKS) and abs(value) > 1:
        return f"a correlation of {component.number}", "a number from \N{MINUS SIGN}1 to 1"
    if component.symbol in SQUARES and value < 0:
        return (
            f"{SQUARES[component.symbol]} statistic of {component.number}",
            "a number of at least 0",
        )
    return None


def _below_zero(parts: Mapping[str, Component]) -> dict[str, tuple[str, str]]:
    """A ratio below 0, else the lower limit of its interval."""
    for name, what in (("value", "a ratio"), ("ci_low", "a ratio's lower limit")):
        if name in parts and (parts[name].value or 0) < 0:
            return {name: (f"{what} of {parts[name].number}", "a number of at least 0")}
    return {}


def one_count(claims: Iterable[Claim]) -> Claim | None:
    """The first of those that print a count of patients, where all of them print the same."""
    found = [claim for claim in claims if claim.whole_count is not None]
    return found[0] if len({claim.whole_count for claim in found}) == 1 else None
