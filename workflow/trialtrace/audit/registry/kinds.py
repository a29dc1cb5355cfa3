"""Each kind of number that a registry states, in the form in which ledgers have it.

The registry says what a number is: the kind of value, the kind of dispersion, the unit. A kind that
is not in these tables is listed and not taken up.
"""

import re
from dataclasses import dataclass, field

from trialtrace.audit.registry.record import Entry, entries, text
from trialtrace.audit.summaries.percentages import counts_for_percentage
from trialtrace.audit.summaries.printed import read

DIGITS = re.compile(
    r"[-−–]?\s*(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?)"
)
AVERAGES = {
    "MEAN": "mean",
    "LEAST_SQUARES_MEAN": "mean",
    "LOG_MEAN": "mean",
    "MEDIAN": "median",
    "GEOMETRIC_MEAN": "geometric mean",
    "GEOMETRIC_LEAST_SQUARES_MEAN": "geometric mean",
}
OF_MODELS = ("LEAST_SQUARES_MEAN", "GEOMETRIC_LEAST_SQUARES_MEAN")
COUNTS = ("COUNT_OF_PARTICIPANTS", "COUNT_OF_UNITS")
NUMBER = "NUMBER"
SPREADS = {
    "STANDARD_DEVIATION": ("SD", "sd"),
    "STANDARD_ERROR": ("SE", "se"),
    "STANDARD_ERROR_OF_MEAN": ("SE", "se"),
    "STANDARD_ERROR_OF_THE_MEAN": ("SE", "se"),
    "GEOMETRIC_COEFFICIENT_OF_VARIATION": ("CV", "cv"),
}
RANGES = {
    "INTER_QUARTILE_RANGE": ("IQR", "quartile_low", "quartile_high"),
    "FULL_RANGE": ("range", "least", "most"),
}
DISPERSIONS = ("spread", "lowerLimit", "upperLimit")
NONE = ("", "NOT_APPLICABLE", "NA", "NONE")
_LEVEL = re.compile(r"([0-9]+(?:\.[0-9]+)?)_(?:PERCENT_)?CONFIDENCE_INTERVAL")
_PEOPLE = (
    r"participants?|patients?|subjects?|people|persons?|individuals|infants|children|women|men"
)
_OF_PEOPLE = re.compile(
    rf"(?:(?:count|numbers?|no\.?) of )?(?:{_PEOPLE})(?: \((?:n|count|number)\))?", re.IGNORECASE
)
_SHARE_OF_PEOPLE = re.compile(
    rf"(?:percent(?:age)?s?|%|proportion \(%\)) ?(?:\(%\) )?(?:of )?(?:{_PEOPLE})(?: \(%\))?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)*")
_OF_CURVE = re.compile(
    r"kaplan[\s-]*meier|life[\s-]?table|cumulative incidence|freedom from|[\s-]free survival|"
    r"\bsurvival (?:rate|probabilit)|overall survival|time[\s-]to[\s-]event",
    re.IGNORECASE,
)
_TIMES = re.compile(r"(?:day|week|month|year|hour)s?", re.IGNORECASE)
_OF_MODEL = re.compile(
    r"\badjusted\b|\bimput|\bmodel-|\bestimated\b|mixed[\s-]?model|\bglmm\b|\bgee\b|bayes",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Form:
    """A number in the form of ledgers. `numbers` are those that the ledger has to read in it, by
    their components; `about` is what the kind itself says. `why` tells what is not taken up, of
    all where nothing is `printed`; `otherwise` is the same with its unit in one word; `doubt` is
    what its reader has to confirm."""

    printed: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    about: dict[str, object] = field(default_factory=dict)
    why: str = ""
    otherwise: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Kind:
    """What all numbers of a measure are. `words` tell how it was estimated, where they do."""

    value: str
    dispersion: str
    unit: str
    words: str = ""

    @classmethod
    def of_measure(cls, measure: Entry) -> "Kind":
        value, dispersion, unit = (
            text(measure, name) for name in ("paramType", "dispersionType", "unitOfMeasure")
        )
        methods = [text(each, "statisticalMethod") for each in entries(measure, "analyses")]
        words = "; ".join((text(measure, "title"), text(measure, "description"), *methods))
        return cls(key(value), key(dispersion), unit, words)

    @property
    def level(self) -> str | None:
        """The level of its intervals, where its dispersion is one."""
        match = _LEVEL.fullmatch(self.dispersion)
        return match[1] if match else None

    @property
    def counts_people(self) -> bool:
        """Whether its numbers are counts of those analysed."""
        plain = self.value == NUMBER and _OF_PEOPLE.fullmatch(self.unit) is not None
        return self.value in COUNTS or plain

    @property
    def tells_hazards(self) -> bool:
        """Whether its numbers say whose hazard is higher: times to an event, or how many had it."""
        of_time = self.value in AVERAGES and _TIMES.fullmatch(self.unit) is not None
        return of_time or self.counts_people

    @property
    def is_share(self) -> bool:
        """Whether its numbers are percentages of those analysed."""
        return self.value == NUMBER and _SHARE_OF_PEOPLE.fullmatch(self.unit) is not None


def key(text: str) -> str:
    """A kind as the registry's interface spells it, whatever the file's spelling."""
    return re.sub(r"[^A-Z0-9.]+", "_", text.upper().replace("%", " percent ".upper())).strip("_")


def number(text: str) -> str | None:
    """A number as the ledger prints it; None for a text that is none."""
    plain = text.strip()
    if not DIGITS.fullmatch(plain):
        return None
    plain = re.sub(r"^[−–]", "-", plain).replace(" ", "")
    return re.sub(r"\.$", "", re.sub(r"^(-?)\.", r"\g<1>0.", plain))


def form(kind: Kind, cell: dict[str, str], size: int | None) -> Form:
    """A cell of a measure: its value and what stands beside it, of `size` that were analysed."""
    value = number(cell.get("value", ""))
    stated = " and ".join(cell[name] for name in ("value", *DISPERSIONS) if name in cell)
    if kind.value not in (*AVERAGES, *COUNTS, NUMBER):
        return Form(why=f"{stated}: kind of value “{kind.value or 'not stated'}”")
    if value is None:
        return Form(why=f"{stated or 'nothing'}: the value is no number")
    if kind.counts_people and not set(DISPERSIONS) & set(cell):
        return _count(value, size)
    tail, beside, why = _dispersion(kind, cell)
    about: dict[str, object] = {"patients": str(size)} if size else {}
    if kind.value in OF_MODELS:
        about["basis"] = "model"
    if kind.value in AVERAGES:
        printed = f"{AVERAGES[kind.value]} {value}{tail}"
        return Form(printed, {"value": value} | beside, about, why)
    if kind.is_share:
        value = _unpadded(value, size)
        if _OF_CURVE.search(kind.words):
            about["basis"] = "curve"
        elif _OF_MODEL.search(kind.words):
            about["basis"] = "model"
        return Form(f"{value}%{tail}", {"percent": value} | beside, about, why)
    numbers = {"value": value} | beside
    word = f"{value} {_unit(kind.unit)}{tail}"
    return Form(f"{value} {kind.unit}{tail}", numbers, about, why, otherwise=word)


def is_count(percent: str, size: int) -> bool:
    """Whether some count of so many patients prints as a percentage."""
    return len(counts_for_percentage(read(percent, rounding="half_up"), size)) > 0


def _unpadded(percent: str, size: int | None) -> str:
    """A percentage without zeros behind it that only fill its field: 6.70 of 15 is 6.7."""
    plain = percent.rstrip("0").rstrip(".") if "." in percent else percent
    if size is None or plain == percent or "," in percent or is_count(percent, size):
        return percent
    return plain if is_count(plain, size) else percent


def _count(value: str, size: int | None) -> Form:
    if "." in value or value.startswith("-"):
        return Form(why="a count that is no whole number")
    return share(int(value.replace(",", "")), size)


def share(count: int, size: int | None) -> Form:
    """A count of those analysed, at risk or at the start, where their number is told; where there
    were none, of nobody."""
    if size is None:
        return Form(str(count), {"value": str(count)})
    if not size:
        return Form("0", {"value": "0"}) if not count else Form(why=f"{count} of nobody")
    return Form(f"{count} of {size}", {"count": str(count), "denominator": str(size)})


def _dispersion(kind: Kind, cell: dict[str, str]) -> tuple[str, dict[str, str], str]:
    """What stands behind the value, its numbers, and why some of it is not taken up."""
    stated = [cell[name] for name in DISPERSIONS if name in cell]
    spread, low, high = (number(cell.get(name, "")) for name in DISPERSIONS)
    ends = ("", "") if low is None or "upperLimit" not in cell else (low, high or "NE")
    printed, numbers = "", {}
    if kind.dispersion in SPREADS and spread is not None:
        word, name = SPREADS[kind.dispersion]
        printed, numbers = f" ({word} {spread})", {name: spread}
    elif kind.level is not None and ends[0]:
        printed = f" ({kind.level}% CI {ends[0]} to {ends[1]})"
        numbers = {"ci_low": ends[0]} | ({"ci_high": high} if high else {})
    elif kind.dispersion in RANGES and ends[0] and high:
        word, *names = RANGES[kind.dispersion]
        printed, numbers = f" ({word} {low} to {high})", dict(zip(names, ends, strict=True))
    rest = [text for text in stated if number(text) not in numbers.values()]
    # A limit that is not estimable has no number, and stands as NE.
    rest = [] if printed.endswith("NE)") and rest == [cell["upperLimit"]] else rest
    called = "a dispersion not named" if printed or kind.dispersion in NONE else kind.dispersion
    return printed, numbers, f"{called}: {' and '.join(rest)}" if rest else ""


def _unit(text: str) -> str:
    """The unit behind a number that is no average, so that no count of patients is read in it."""
    words = _WORDS.search(text.replace("%", " percentage "))
    word = words.group() if words else "units"
    return "percentage" if word.lower() in ("percent", "per") else word
