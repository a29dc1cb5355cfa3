"""What a registry, a protocol or a paper tells of a trial's design, as typed fields.

A margin of non-inferiority as a design tells it, and what is concluded by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from trialtrace.audit.ledger.design_alpha import LevelPrinted, ToldAlpha
from trialtrace.audit.ledger.paper import NumberPrinted, WholePrinted
from trialtrace.audit.printed.dates import Period, typed
from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.names import Name, Text, TimeUnit
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import Listed, Rule, key, optional, shape
from trialtrace.base.errors import did_you_mean, one_of

# Limits of equivalence as a design tells them: a margin to either side, and what is concluded.


@shape
class ToldEquivalence:
    """Limits of equivalence."""

    outcome: Name = key("Outcome of outcomes.")
    compare: Annotated[tuple[Name, ...], Rule(minItems=2, maxItems=2, uniqueItems=True)] = key(
        "The two groups: the limits are of the first less the second, or of their ratio."
    )
    lower: NumberPrinted = key("The lower limit, with its sign.")
    upper: NumberPrinted = key("The upper limit, with its sign.")
    scale: MarginScale = key(
        "What they are values of; a difference of risks in percentage points, or as a share."
    )
    level: LevelPrinted | None = optional(
        "Level of each of the two one-sided tests, as 0.05 for an interval of 90 %; where it is "
        "left out, 0.05 decides what contradicts."
    )
    population: Name | None = optional("Population of populations; any where it is left out.")
    visit: Text | None = optional("Visit, in the paper's words; any where it is left out.")
    concludes: Literal["equivalent", "not_shown"] | None = optional(
        "What the text concludes: equivalent, or that it was not shown."
    )
    claim: Name | None = optional("Claim in whose words it stands.")

    @property
    def margins(self) -> tuple[ToldMargin, ToldMargin]:
        """Each limit as a margin of its own: below the lower, and above the upper one."""
        return self._limit(self.lower, "below"), self._limit(self.upper, "above")

    def _limit(self, value: str, worse: Worse) -> ToldMargin:
        return ToldMargin(
            outcome=self.outcome,
            compare=self.compare,
            value=value,
            scale=self.scale,
            worse=worse,
            level=self.level,
            population=self.population,
            visit=self.visit,
            concludes=None,
            claim=self.claim,
        )

    def same(self, other: ToldEquivalence) -> bool:
        """Whether both are the same limits, also with the groups the other way round."""
        return all(
            any(margin.same(told_margin) for told_margin in other.margins)
            for margin in self.margins
        )

    @property
    def words(self) -> str:
        """Limits in one line: risk difference, -5 to 5 percentage points."""
        unit = " percentage points" if self.scale == "percentage_points" else ""
        name = "risk difference" if unit else self.scale.replace("_", " ")
        level = f", one-sided level {self.level}" if self.level else ""
        return f"{name}, {self.lower} to {self.upper}{unit}{level}"


MarginScale = Literal[
    "percentage_points",
    "risk_difference",
    "mean_difference",
    "risk_ratio",
    "odds_ratio",
    "hazard_ratio",
    "rate_ratio",
]
Worse = Literal["above", "below"]
RATIO_SCALES = ("risk_ratio", "odds_ratio", "hazard_ratio", "rate_ratio")


def measure_of(scale: MarginScale) -> str:
    """The measure that a margin on a scale is of."""
    return "risk_difference" if scale == "percentage_points" else scale


@shape
class ToldMargin:
    """A margin of non-inferiority."""

    outcome: Name = key("Outcome of outcomes.")
    compare: Annotated[tuple[Name, ...], Rule(minItems=2, maxItems=2, uniqueItems=True)] = key(
        "The group that may not be worse, then the one that it is compared with."
    )
    value: NumberPrinted = key(
        "Its value, with the sign that it has for the first less the second."
    )
    scale: MarginScale = key(
        "What it is a value of; a difference of risks in percentage points, or as a share."
    )
    worse: Worse = key("On which side of it the first group is too much worse.")
    level: LevelPrinted | None = optional(
        "One-sided level of the test, as 0.025 for an interval of 95 %; where it is left out, an "
        "interval contradicts only where one of 90 % would."
    )
    population: Name | None = optional("Population of populations; any where it is left out.")
    visit: Text | None = optional("Visit, in the paper's words; any where it is left out.")
    concludes: Literal["non_inferior", "not_shown"] | None = optional(
        "What the text concludes: not inferior, or that it was not shown."
    )
    claim: Name | None = optional("Claim in whose words it stands.")

    @property
    def ratio(self) -> bool:
        return self.scale in RATIO_SCALES

    @property
    def words(self) -> str:
        """A margin in one line: hazard ratio, 1.46, worse above."""
        unit = " percentage points" if self.scale == "percentage_points" else ""
        name = "risk difference" if unit else self.scale.replace("_", " ")
        level = f", one-sided level {self.level}" if self.level else ""
        return f"{name}, {self.value}{unit}, worse {self.worse}{level}"

    def same(self, other: ToldMargin) -> bool:
        """Whether both are one margin, also with the groups the other way round."""
        turned = other.turned() if self.compare == other.compare[::-1] else other
        values = turned.limit(percent=True), self.limit(percent=True)
        equal = abs(values[0] - values[1]) <= 1e-9 * abs(values[1])
        measures = {measure_of(self.scale), measure_of(other.scale)}
        levels = {Decimal(one.level) for one in (self, other) if one.level}
        return len(measures) == 1 and equal and self.worse == turned.worse and len(levels) < 2

    def turned(self) -> ToldMargin:
        """The same margin with the groups the other way round."""
        number = Decimal(self.value)
        value = 1 / number if self.ratio else -number
        worse: Worse = "below" if self.worse == "above" else "above"
        return replace(self, compare=self.compare[::-1], value=f"{value:f}", worse=worse)

    def limit(self, *, percent: bool) -> float:
        """Its value on the scale of an interval: of risks in percentage points, or as a share."""
        value = Decimal(self.value)
        if self.scale == "percentage_points" and not percent:
            value /= 100
        if self.scale == "risk_difference" and percent:
            value *= 100
        return float(value)


DateTold = Annotated[
    str,
    Rule(
        pattern=r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
        expected="a date in quotes, as far as it is known: 2014-05-07, 2014-05 or 2014",
    ),
]
Day = Literal["first", "changed", "begin", "end", "completed"]
Metric = Literal["value", "change", "share", "count", "time_to_event", "rate"]
METRICS: dict[Metric, str] = {
    "value": "value at the time",
    "change": "change from baseline",
    "share": "share of patients",
    "count": "number of events",
    "time_to_event": "time to the event",
    "rate": "events over time",
}
DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
"""Days of each unit of time; a month is a twelfth of a year of 365.25 days."""
OF_MARGIN = (("outcome", "outcomes"), ("population", "populations"), ("claim", "claims"))
LIMITS = {"margins": ("value",), "equivalence": ("lower", "upper")}
OF_REGISTRATION = ("first", "changed", "status")


@shape
class ToldTime:
    """A time point."""

    value: NumberPrinted = key("How many of the unit.")
    unit: TimeUnit = key("Unit.")
    after: Text | None = optional("What it is counted from, such as randomisation.")

    @property
    def days(self) -> float:
        return float(Decimal(self.value)) * DAYS[self.unit]

    def same(self, other: ToldTime) -> bool:
        """Whether both are one length: equal in one unit, in two within a tenth, as 12 weeks and
        3 months are."""
        if self.unit == other.unit:
            return Decimal(self.value) == Decimal(other.value)
        longest = max(abs(self.days), abs(other.days))
        return abs(self.days - other.days) <= longest / 10

    @property
    def words(self) -> str:
        number = Decimal(self.value)
        unit = self.unit[:-1] if number == 1 else self.unit
        return f"{self.value} {unit}{f' after {self.after}' if self.after else ''}"


@shape
class ToldOutcome:
    """An outcome of a design."""

    outcome: Name = key("Outcome of outcomes.")
    metric: Metric | None = optional("What of it is compared, where that is told.")
    measure: Text | None = optional(
        "Scale, instrument or definition, in the same words where it is the same."
    )
    time: ToldTime | None = optional("When it is measured, or up to when it is counted.")
    frame: Text | None = optional("The time frame in words, where it is not one length of time.")
    claim: Name | None = optional("Claim in whose words it stands.")


@shape(least=1)
class ToldDesign:
    """What one text tells of the design."""

    number: Text | None = optional("Number of the registration; a protocol or paper has none.")
    first: DateTold | None = optional(
        "Day on which it was first registered or posted; of a protocol or paper, published."
    )
    changed: DateTold | None = optional("Day of the entry's last change.")
    status: Literal["not_yet_enrolling", "enrolling", "enrolled", "completed"] | None = optional(
        "How far the study was when it was first registered, where that is told."
    )
    begin: DateTold | None = optional("Day on which the first patient was enrolled.")
    end: DateTold | None = optional("Day on which the last patient was enrolled.")
    completed: DateTold | None = optional("Day on which the last data were taken.")
    planned: WholePrinted | None = optional("Patients planned.")
    alpha: ToldAlpha | None = optional(
        "Level of significance and its split; conclusions are held against their own part of it."
    )
    margins: Listed[ToldMargin] = optional(
        "Margins of non-inferiority; conclusions are held against the intervals by them.",
        empty=tuple,
    )
    equivalence: Listed[ToldEquivalence] = optional(
        "Limits of equivalence; conclusions and p are held against the intervals by them.",
        empty=tuple,
    )
    primary: Listed[ToldOutcome] = optional("Primary outcomes.", empty=tuple)
    secondary: Listed[ToldOutcome] = optional("Secondary outcomes.", empty=tuple)

    def day(self, name: Day) -> Period | None:
        """The days that a date may be; None where it is not told."""
        text: str | None = getattr(self, name)
        return None if text is None else typed(text)

    @property
    def outcomes(self) -> tuple[ToldOutcome, ...]:
        return (*self.primary, *self.secondary)


def check_designs(document: Document) -> None:
    """Papers, outcomes, claims and days that designs name."""
    sections = ("papers", "outcomes", "claims", "groups", "populations")
    names = {one: document.names(one) or [] for one in sections}

    def known(place: Path_, name: str, among: str) -> None:
        if name not in names[among]:
            document.add(
                place,
                found=f'"{name}"',
                expected=f"one of {among}: {one_of(names[among])}",
                do=did_you_mean(name, names[among]),
            )

    for section in ("registered", "reported"):
        for paper, given in document.entries(section):
            known((section, paper), paper, "papers")
            for name in ("first", "changed", "begin", "end", "completed"):
                if name in given and typed(given[name]) is None:
                    place = (section, paper, name)
                    document.add(place, found=tell(given[name]), expected="a day of the calendar")
            for name in ("number", *OF_REGISTRATION[1:]) if section == "reported" else ():
                if name in given:
                    document.add(
                        (section, paper, name),
                        found="a key of a registration",
                        expected=f"it under registered.{paper}",
                    )
            for position, part in enumerate(given.get("alpha", {}).get("parts", ())):
                for at, name in enumerate(part["outcomes"]):
                    at_part: Path_ = (section, paper, "alpha", "parts", position)
                    known((*at_part, "outcomes", at), name, "outcomes")
            for rank in ("primary", "secondary"):
                for position, one in enumerate(given.get(rank, ())):
                    for name, among in (("outcome", "outcomes"), ("claim", "claims")):
                        if name in one:
                            known((section, paper, rank, position, name), one[name], among)
            for kind in LIMITS:
                for position, one in enumerate(given.get(kind, ())):
                    at_margin: Path_ = (section, paper, kind, position)
                    for at, name in enumerate(one["compare"]):
                        known((*at_margin, "compare", at), name, "groups")
                    for name, among in OF_MARGIN:
                        if name in one:
                            known((*at_margin, name), one[name], among)
                    _values(document, at_margin, one, LIMITS[kind])


def _values(
    document: Document, place: Path_, texts: Mapping[str, str], names: tuple[str, ...]
) -> None:
    """Ratios are above 0, and a lower limit lies below the upper one."""
    for name in names:
        if texts["scale"] in RATIO_SCALES and Decimal(texts[name]) <= 0:
            document.add(
                (*place, name),
                found=tell(texts[name]),
                expected="a ratio above 0",
                do="of a difference, name its scale: percentage_points or mean_difference",
            )
    values = [Decimal(texts[name]) for name in names]
    if len(values) > 1 and values[0] >= values[1]:
        text = f"{texts[names[0]]} to {texts[names[1]]}"
        document.add(place, found=text, expected="the lower limit below the upper one")
