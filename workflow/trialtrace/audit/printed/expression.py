"""Reads a printed expression into its components, each with the precision it was printed with.

"27 of 295 (9.2%)" has three components: count 27, denominator 295, percent 9.2. A printed number is
an exact decimal: v with last digit unit u stands for every value in [v - u/2, v + u/2).

Two numbers such as "54.2 (10.1)" are read only if the expression itself says what the second one
is: "mean (SD) 54.2 (10.1)" or "54.2 (SD 10.1)". A lone bracketed pair after a value, as in
"41.2% (28–55)", is read as its confidence interval.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trialtrace.audit.printed.forms import (
    BESIDE,
    CURRENCY,
    DENIED,
    DIRECTION,
    FIRST_NUMBER,
    FIRST_P,
    FIRST_RELATION,
    FIRST_SHARE,
    FORMS,
    HARMS,
    HEADS,
    INTERVAL,
    JOINER,
    LAST_P,
    LOWER,
    MEASURES,
    NAMED_AFTER,
    NAMED_INTERVAL,
    NS,
    OF_THING,
    PLAIN,
    RAISED,
    RELATIONS,
    SIDE,
    SIGN_BEFORE,
    TWO_NUMBERS,
    VALUED,
    P,
    compiled,
)
from trialtrace.audit.printed.significance_words import SAID, significant
from trialtrace.audit.printed.symbols import ADJUSTED, CHI_SQUARED, SPREADS, STANDARDISED, UNSAID
from trialtrace.base.errors import CURLED, Problem, UserError

NAMES = (
    "count",
    "denominator",
    "events",
    "person_time",
    "percent",
    "value",
    "sd",
    "se",
    "cv",
    "quartile_low",
    "quartile_high",
    "least",
    "most",
    "statistic",
    "df1",
    "df2",
    "effect",
    "ci_low",
    "ci_high",
    "at_least",
    "at_most",
    "p",
    "direction",
    "significance",
    "words",
)
RANGE = {"at_least": ">=", "at_most": "<="}
LONGEST = 200
SQUARES = {"f": "an F", CHI_SQUARED: "a χ²", "q": "a Q", "h": "an H"}
"""Test statistics that are never below 0."""


@dataclass(frozen=True)
class Component:
    """One number of an expression. `relation` is =, <, <=, >, >=, about, ns, lower or higher.

    `word` is lower or higher where words carry the sign, as in "reduced by 40%". `symbol` is what
    the expression calls the number: the letter of a test statistic, the measure of an estimate,
    credible for such an interval, partial for such an effect size, the null hypothesis of a p that
    is not that of no difference. `adjusted`, `crude` and `sides` tell what it says of them. `level`
    is the printed confidence level of an interval, in percent. `rounding` is how its paper rounds,
    one of `stats.summaries.printed.ROUNDINGS`.
    """

    name: str
    text: str
    value: Decimal | None = None
    places: int = 0
    relation: str = "="
    unit: str | None = None
    word: str | None = None
    symbol: str | None = None
    level: Decimal | None = None
    number: str = ""
    adjusted: bool = False
    crude: bool = False
    sides: str | None = None
    rounding: str = "half_up"

    @property
    def ulp(self) -> Decimal:
        """One unit of the last printed digit."""
        return Decimal(1).scaleb(-self.places)

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """The values that print as this one: from the first up to, but not with, the second.

        "About" stands for one unit of the last digit to either side.
        """
        assert self.value is not None
        reach = self.ulp if self.relation == "about" else self.ulp / 2
        inward = Decimal(0) if self.rounding == "truncate" else reach
        outward = self.ulp if self.rounding in ("truncate", "any") else reach
        if self.value == 0:
            inward = outward
        below, above = (inward, outward) if self.value >= 0 else (outward, inward)
        return self.value - below, self.value + above


def parse(
    printed: str,
    place: str = "printed expression",
    *,
    words: bool = False,
    direction: bool = False,
    fact: bool = False,
) -> list[Component]:
    """The components of a printed expression, in the order of NAMES' reading.

    With `words` a sentence that holds no number ("safe and feasible") is one component, itself;
    with `direction` it is one that calls a group lower or higher, whatever its words; as a `fact`
    of the design it may hold numbers ("twice a week, for 15 minutes").
    Raises UserError naming `place` for an expression of no known form.
    """
    if len(printed) > LONGEST:
        raise UserError(
            Problem(
                place,
                found=f"{len(printed)} characters",
                expected=f"one printed expression, of at most {LONGEST} characters",
            )
        )
    plain = _plain(printed)
    found = _read(printed, plain)
    if found is not None and found[-1].name == "direction":
        found += _significance(printed)
    sentence = re.search(r"[^\W\d_]", plain) and not re.search(r"\d", plain)
    if found is None and (fact or (sentence and (words or direction))):
        if not direction:
            return [Component("words", printed.strip())]
        return [Component("direction", printed.strip()), *_significance(printed)]
    if found is None:
        raise UserError(unread(printed, place))
    return found


def _significance(printed: str) -> list[Component]:
    """What words beside a direction say of a test: "significantly lower"."""
    said = SAID.search(printed) if significant(printed) else None
    return [] if said is None else [Component("significance", said.group())]


def unread(printed: str, place: str) -> Problem:
    """What is told of an expression that holds no number that can be read."""
    return Problem(place, found=repr(printed), **_unread(_plain(printed)))


def _plain(printed: str) -> str:
    """The expression with every character in its place, and each sign in one form."""
    return CURRENCY.sub(lambda match: " " * len(match.group()), printed).translate(PLAIN)


def _unread(plain: str) -> dict[str, str]:
    if (bare := plain.strip().strip(CURLED)) != plain.strip():
        return {
            "expected": "straight quotation marks",
            "do": f'write straight quotation marks: "{bare}"',
        }
    if TWO_NUMBERS.fullmatch(plain):
        return {
            "expected": "an expression that says what the number in brackets is",
            "do": 'write "mean (SD) 54.2 (10.1)", "54.2 (SD 10.1)", "11 (1.8%)" or '
            '"41.2 (95% CI 28 to 55)"',
        }
    pointed = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", plain)
    if pointed != plain and _read(pointed, pointed) is not None:
        return {
            "expected": "decimals with a point; a comma parts thousands, as in 1,234",
            "do": f"write {pointed!r} if that is what is meant",
        }
    nearest = _nearest(plain)
    return {
        "expected": f"an expression like {FORMS}",
        "do": f'write "{nearest}" if that is what is meant'
        if nearest
        else "print it in one of these forms, or split it into several claims joined by `with`",
    }


def _nearest(plain: str) -> str | None:
    """The same number, interval and p in a form that is read; None where a number is left over."""
    main = FIRST_SHARE.search(plain)
    if main is None or DENIED.search(plain):
        return None
    rest = plain[main.end() :]
    interval = NAMED_INTERVAL.search(rest)
    p = LAST_P.search(rest)
    word = SIDE.search(plain)
    lead = "" if word is None else "reduced by " if _side(word.group()) == "lower" else "raised by "
    made = lead + main.group().strip()
    made += f" ({interval.group().strip(' ()[]')})" if interval else ""
    made += f", {p.group().strip(' ()')}" if p else ""
    whole = re.findall(r"[0-9]+", made) == re.findall(r"[0-9]+", plain)
    return made if whole and _read(made, made) is not None else None


def _read(printed: str, plain: str) -> list[Component] | None:
    if not plain.strip() or plain.count("(") != plain.count(")"):
        return None
    if plain.count("[") != plain.count("]"):
        return None
    start = len(plain) - len(plain.lstrip())
    for head in [*HEADS, P, INTERVAL]:
        match = head.match(plain, start)
        if match is None or (head is INTERVAL and not _is_interval(match, alone=True)):
            continue
        components = _components(printed, match)
        tail = _tail(printed, plain, match.end(), {component.name for component in components})
        if tail is not None:
            return _in_order(components + tail)
    match = DIRECTION.fullmatch(plain)
    return _components(printed, match) if match else None


def _tail(printed: str, plain: str, start: int, names: set[str]) -> list[Component] | None:
    """What follows a head with the components `names`, such as an interval and a p-value.

    None where something is left over, or a component would stand twice.
    """
    components: list[Component] = []
    while True:
        joined = JOINER.match(plain, start)
        assert joined is not None
        start = joined.end()
        if not plain[start:].strip(" ."):
            return components
        every = (pattern.match(plain, start) for pattern in (P, *BESIDE, INTERVAL))
        match = next((one for one in every if one is not None), None)
        if match is None or (match.re is INTERVAL and not _is_interval(match, alone=False)):
            return None
        if names & {name for name in NAMES if match.groupdict().get(name)}:
            return None
        names |= {name for name in NAMES if match.groupdict().get(name)}
        components += _components(printed, match)
        start = match.end()


def _is_interval(match: re.Match[str], *, alone: bool) -> bool:
    """Whether two numbers are an interval: named so, or in brackets after a value.

    "100,200" and "5,26%" are refused: they could be one number.
    """
    text = match.group()
    between = (
        "" if not match["ci_high"] else match.string[match.start("ci_low") : match.end("ci_high")]
    )
    if re.fullmatch(r"[0-9]{1,3},[0-9]{3}", between):
        return False
    if not match["ci"] and re.fullmatch(r"[0-9]+,[0-9]+\s*%", between):
        return False
    return bool(match["ci"]) or (not alone and text.strip()[:1] in "([")


def _components(printed: str, match: re.Match[str]) -> list[Component]:
    groups = match.groupdict()
    word = _side(groups.get("by") or groups.get("after"))
    if (groups.get("called") or "").lower() in HARMS:
        word = "higher"
    level = Decimal(groups["level"]) if groups.get("level") else None
    components = []
    for name in NAMES:
        if groups.get(name) is None:
            continue
        start, end = match.span(name)
        text = printed[start:end].strip()
        more = _called(name, {key: group.lower() for key, group in groups.items() if group})
        more |= {"word": word if name in ("percent", "value", *RANGE) else None}
        if name == "value" and (money := SIGN_BEFORE.search(printed[:start])):
            more |= {"unit": money["money"]}
        components.append(
            _component(name, text, level=level if name[:3] == "ci_" else None, **more)
        )
    return components


def _called(name: str, groups: dict[str, str]) -> dict[str, object]:
    """What the expression says of a component beside its number; `groups` in small letters."""
    if name in ("percent", "sd") and groups.get("bare"):
        return {"symbol": UNSAID}
    if name == "statistic":
        symbol = groups["symbol"]
        return {"symbol": CHI_SQUARED if symbol[0] in "χcx" else symbol}
    if name in ("percent", "value"):
        called = re.sub(r"[\s-]+", " ", groups.get("called", ""))
        adjusted = called in ADJUSTED or "adjusted" in groups
        things = (groups.get(key) for key in ("thing", "before_thing", "of_thing"))
        thing = next((one for one in things if one), "")
        measure = (MEASURES | NAMED_AFTER).get(called) or OF_THING.get(thing)
        return {"symbol": measure, "adjusted": adjusted, "crude": "crude" in groups}
    if name == "effect" and "standardised" in groups:
        return {"symbol": STANDARDISED}
    if name == "effect":
        partial = any(groups.get(key) for key in ("partial", "p_after", "p_last"))
        return {"symbol": "partial" if partial else None}
    if name[:3] == "ci_":
        return {"symbol": "credible" if groups.get("ci", "").startswith("cr") else None}
    if name == "p":
        null = re.sub(r"\W", "", groups.get("null", groups.get("of", "")))
        sided = groups.get("sided") or groups.get("tailed")
        sides = None if sided is None else "one_sided" if sided in ("one", "1") else "two_sided"
        return {"symbol": null if null and null != "superiority" else None, "sides": sides}
    return {}


def _component(name: str, text: str, **more: object) -> Component:
    plain = text.translate(PLAIN)
    if name == "direction":
        return Component(name, text, relation=_side(plain) or "=")
    if name == "p" and compiled(rf".*?(?:{NS})").fullmatch(plain):
        return Component(name, text, relation="ns")
    body = plain[1:] if name == "p" else plain
    match = (FIRST_P if name == "p" else FIRST_NUMBER).search(body)
    assert match is not None
    before = FIRST_RELATION.search(body[: match.start()])
    words = re.sub(r"\s+", " ", before.group().lower()) if before else RANGE.get(name, "=")
    value, places = _decimal(match.group())
    unit = body[match.end() :].strip() or None
    offset = len(plain) - len(body)
    number = text[offset + match.start() : offset + match.end()]
    more = {"unit": unit} | more
    return Component(name, text, value, places, RELATIONS[words], number=number, **more)  # type: ignore[arg-type]


def _decimal(text: str) -> tuple[Decimal, int]:
    """The exact value of a printed number, and its decimals."""
    plain = re.sub(r"[\s,^]", "", text.lower().replace("–", "-").translate(RAISED))
    plain = re.sub(r"[×x]10", "e", plain)
    value = Decimal(plain)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return value, -exponent


def _side(word: str | None) -> str | None:
    if word is None:
        return None
    if word.lower() in VALUED:
        return None
    return "lower" if word.lower() in LOWER else "higher"


def _in_order(components: list[Component]) -> list[Component]:
    return sorted(components, key=lambda component: NAMES.index(component.name))


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
    if component.name == "percent" and component.word != "higher" and abs(value) > 100:
        return f"a percentage of {component.number}", "a percentage of at most 100"
    if component.name == "percent" and "count" in by_name and value < 0:
        return f"a share of {component.number}%", "a share between 0 and 100%"
    if component.name in ("sd", "se") and value < 0:
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
    if component.name == "ci_high" and value < (by_name["ci_low"].value or 0):
        return "an interval that ends below its start", "the lower limit first"
    return None


def _impossible_statistic(component: Component, value: Decimal) -> tuple[str, str] | None:
    if component.symbol == "r" and abs(value) > 1:
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
