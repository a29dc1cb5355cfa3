"""Reads a printed expression into its components, each with the precision it was printed with.

"27 of 295 (9.2%)" has three components: count 27, denominator 295, percent 9.2. A printed number is
an exact decimal: v with last digit unit u stands for every value in [v - u/2, v + u/2).

Two numbers such as "54.2 (10.1)" are read only if the expression itself says what the second one
is: "mean (SD) 54.2 (10.1)" or "54.2 (SD 10.1)". A lone bracketed pair after a value, as in
"41.2% (28–55)", is read as its confidence interval.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from trialtrace.claims.forms import (
    DIRECTION,
    FIRST_NUMBER,
    FIRST_P,
    FIRST_RELATION,
    HEADS,
    INTERVAL,
    JOINER,
    LOWER,
    NS,
    PLAIN,
    RELATIONS,
    TWO_NUMBERS,
    VALUED,
    P,
    compiled,
)
from trialtrace.errors import Problem, UserError

NAMES = (
    "count", "denominator", "percent", "value", "sd", "statistic", "df1", "df2",
    "ci_low", "ci_high", "at_least", "at_most", "p", "direction", "words",
)  # fmt: skip
RANGE = {"at_least": ">=", "at_most": "<="}
LONGEST = 200
FORMS = (
    '"27 of 295 (9.2%)", "11 (1.8%)", "9.2%", "602", "6.5 years", "7.7 percentage points", '
    '"reduced by 40%", "reduced by 50–70%", "more than 80%", "41.2% (28–55)", '
    '"(95% CI 28 to 55)", "P=0.005", "P = n.s.", "F(3, 63) = 5.907, p < 0.01", '
    '"mean (SD) 54.2 (10.1)", "less with X"'
)


@dataclass(frozen=True)
class Component:
    """One number of an expression. `relation` is =, <, <=, >, >=, about, ns, lower or higher.

    `word` is lower or higher where words carry the sign, as in "reduced by 40%"; `symbol` names a
    test statistic; `level` is the printed confidence level of an interval, in percent.
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
        return self.value - reach, self.value + reach


def parse(
    printed: str, place: str = "printed expression", *, words: bool = False
) -> list[Component]:
    """The components of a printed expression, in the order of NAMES' reading.

    With `words` a sentence that holds no number ("safe and feasible") is one component, itself.
    Raises UserError naming `place` for an expression of no known form or an impossible number.
    """
    if len(printed) > LONGEST:
        raise UserError(
            Problem(place, found=f"{len(printed)} characters",
                    expected=f"one printed expression, of at most {LONGEST} characters")
        )  # fmt: skip
    plain = printed.translate(PLAIN)
    found = _read(printed, plain)
    if found is None and words and re.search(r"[^\W\d_]", plain) and not re.search(r"\d", plain):
        return [Component("words", printed.strip())]
    if found is None:
        raise UserError(Problem(place, found=repr(printed), **_unread(plain)))
    _refuse_impossible(found, printed, place)
    return found


def _unread(plain: str) -> dict[str, str]:
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
    return {
        "expected": f"an expression like {FORMS}",
        "do": "print it in one of these forms, or split it into several claims joined by `with`",
    }


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
        tail = _tail(printed, plain, match.end())
        if tail is not None:
            return _in_order(_components(printed, match) + tail)
    match = DIRECTION.fullmatch(plain)
    return _components(printed, match) if match else None


def _tail(printed: str, plain: str, start: int) -> list[Component] | None:
    """What follows the head: an interval, a p-value, or both; None where something is left over."""
    found: list[Component] = []
    while True:
        joined = JOINER.match(plain, start)
        assert joined is not None
        start = joined.end()
        if not plain[start:].strip(" ."):
            return found
        match = P.match(plain, start) or INTERVAL.match(plain, start)
        if match is None or (match.re is INTERVAL and not _is_interval(match, alone=False)):
            return None
        if {c.name for c in found} & {name for name in NAMES if match.groupdict().get(name)}:
            return None
        found += _components(printed, match)
        start = match.end()


def _is_interval(match: re.Match[str], *, alone: bool) -> bool:
    """Whether two numbers are an interval: named so, or in brackets after a value.

    "100,200" is refused: it could be one number.
    """
    text = match.group()
    between = match.string[match.start("ci_low") : match.end("ci_high")]
    if re.fullmatch(r"[0-9]{1,3},[0-9]{3}", between):
        return False
    return bool(match["ci"]) or (not alone and text.strip()[:1] in "([")


def _components(printed: str, match: re.Match[str]) -> list[Component]:
    groups = match.groupdict()
    word = _side(groups.get("by") or groups.get("after"))
    level = Decimal(groups["level"]) if groups.get("level") else None
    made = []
    for name in NAMES:
        if groups.get(name) is None:
            continue
        start, end = match.span(name)
        text = printed[start:end].strip()
        common = {"symbol": groups.get("symbol") if name == "statistic" else None}
        common |= {"word": word if name in ("percent", "value", *RANGE) else None}
        made.append(_component(name, text, level=level if name[:3] == "ci_" else None, **common))
    return made


def _component(name: str, text: str, **more: object) -> Component:
    plain = text.translate(PLAIN)
    if name == "direction":
        return Component(name, text, relation=_side(plain) or "=")
    if name == "p" and compiled(rf".*?(?:{NS})").fullmatch(plain):
        return Component(name, text, relation="ns")
    body = plain[1:] if name == "p" else plain
    found = (FIRST_P if name == "p" else FIRST_NUMBER).search(body)
    assert found is not None
    before = FIRST_RELATION.search(body[: found.start()])
    words = re.sub(r"\s+", " ", before.group().lower()) if before else RANGE.get(name, "=")
    value, places = _decimal(found.group())
    unit = body[found.end() :].strip() or None
    offset = len(plain) - len(body)
    number = text[offset + found.start() : offset + found.end()]
    return Component(
        name, text, value, places, RELATIONS[words], unit, number=number, **more  # type: ignore[arg-type]
    )  # fmt: skip


def _decimal(text: str) -> tuple[Decimal, int]:
    """The exact value of a printed number, and its decimals."""
    plain = re.sub(r"[\s,^]", "", text.lower().replace("–", "-"))
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


def _refuse_impossible(components: list[Component], printed: str, place: str) -> None:
    by_name = {component.name: component for component in components}
    for component in components:
        said = _impossible(component, by_name)
        if said is not None:
            raise UserError(
                Problem(place, found=f"{printed!r}: {said[0]}", expected=said[1],
                        do="compare it with the publication")
            )  # fmt: skip


def _impossible(component: Component, by_name: dict[str, Component]) -> tuple[str, str] | None:
    value = component.value
    if value is None:
        return None
    if component.name == "p" and not 0 <= value <= 1:
        return f"a p-value of {component.number}", "a p-value between 0 and 1"
    if component.name == "percent" and component.word != "higher" and abs(value) > 100:
        return f"a percentage of {component.number}", "a percentage of at most 100"
    if component.name == "percent" and "count" in by_name and value < 0:
        return f"a share of {component.number}%", "a share between 0 and 100%"
    if component.name == "sd" and value < 0:
        return f"a standard deviation of {component.number}", "a number of at least 0"
    if component.name in ("df1", "df2") and value <= 0:
        return f"degrees of freedom of {component.number}", "degrees of freedom above 0"
    if component.name == "denominator" and value == 0:
        return f"a denominator of {component.number}", "at least one patient"
    if component.name == "count" and "denominator" in by_name:
        of = by_name["denominator"].value
        if of is not None and value > of:
            return f"{value} of {of}", "a count that is not above its denominator"
    if component.name == "ci_high" and value < (by_name["ci_low"].value or 0):
        return "an interval that ends below its start", "the lower limit first"
    return None
