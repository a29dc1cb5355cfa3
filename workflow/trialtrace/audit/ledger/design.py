"""What a registry, a protocol or a paper tells of a trial's design, as typed fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from trialtrace.audit.ledger.design_alpha import ToldAlpha
from trialtrace.audit.ledger.design_margin import RATIO_SCALES, ToldEquivalence, ToldMargin
from trialtrace.audit.ledger.paper import NumberPrinted, WholePrinted
from trialtrace.audit.printed.dates import Period, typed
from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.names import Name, Text, TimeUnit
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import Listed, Rule, key, optional, shape
from trialtrace.base.errors import did_you_mean, one_of

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
