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

from trialtrace.audit.printed.forms import (
    BESIDE,
    CURRENCY,
    DECIMAL_COMMA,
    DENIED,
    DIRECTION,
    FIRST_NUMBER,
    FIRST_P,
    FIRST_RELATION,
    FIRST_SHARE,
    FORMS,
    HEADS,
    INTERVAL,
    JOINER,
    LAST_P,
    LOWER,
    NAMED_INTERVAL,
    OF_NS,
    PLAIN,
    RAISED,
    RELATIONS,
    SIDE,
    SIGN_BEFORE,
    THOUSANDS,
    TWO_NUMBERS,
    VALUED,
    VERSUS,
    P,
)
from trialtrace.audit.printed.significance_words import SAID, significant
from trialtrace.audit.printed.symbols import (
    ADJUSTED,
    CHI_SQUARED,
    HARMS,
    MEASURES,
    NAMED_AFTER,
    OF_THING,
    PROCEDURES,
    RANKS,
    STANDARDISED,
    TESTS,
    UNSAID,
    Procedure,
)
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
    "quartile_width",
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
OF_RANKS = re.compile(r"spearman|r_?s$|rho|ρ")
FEWEST_PLACES_OF_P = 2


@dataclass(frozen=True)
class Component:
    """One number of an expression. `relation` is =, <, <=, >, >=, about, ns, lower or higher.

    `word` is lower or higher where words carry the sign, as in "reduced by 40%". `symbol` is what
    the expression calls the number: the letter of a test statistic, the measure of an estimate,
    credible for such an interval, partial for such an effect size, the null hypothesis of a p that
    is not that of no difference. `adjusted`, `crude` and `sides` tell what it says of them,
    `procedure` what adjusts a p for several comparisons, `test` the test of a p or a statistic.
    `level` is the printed confidence level of an interval, in percent. `rounding` is how its paper
    rounds, one of `audit.summaries.printed.ROUNDINGS`.
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
    procedure: Procedure | None = None
    test: str | None = None
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
    found = _read(printed, plain) or _with_commas(printed, plain)
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
    if VERSUS.search(plain):
        return {
            "expected": "a number of one group, or of one comparison",
            "do": "print it in one of these forms: a claim of each group, and one of what compares "
            "them",
        }
    if TWO_NUMBERS.fullmatch(plain) or TWO_NUMBERS.fullmatch(DECIMAL_COMMA.sub(".", plain)):
        return {
            "expected": "an expression that says what the number in brackets is",
            "do": 'write "mean (SD) 54.2 (10.1)", "54.2 (SD 10.1)", "11 (1.8%)" or '
            '"41.2 (95% CI 28 to 55)"',
        }
    pointed = DECIMAL_COMMA.sub(".", plain)
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


def _with_commas(printed: str, plain: str) -> list[Component] | None:
    """The components of an expression whose decimals stand behind commas: "9,2%", "P = 0,03".

    None where a point is printed too, or a comma may part thousands, as in "5,260".
    """
    if "." in plain or THOUSANDS.search(plain):
        return None
    pointed = DECIMAL_COMMA.sub(".", plain)
    return _read(DECIMAL_COMMA.sub(".", printed), pointed) if pointed != plain else None


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
            return sorted(components + tail, key=lambda component: NAMES.index(component.name))
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
        if match is None or (
            match.re is INTERVAL.compiled and not _is_interval(match, alone=False)
        ):
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
    both = match["ci_low"] and match["ci_high"]
    between = "" if not both else match.string[match.start("ci_low") : match.end("ci_high")]
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
    tested = re.sub(r"[\s–-]+", " ", groups.get("tested") or groups.get("by_test") or "")
    if name == "statistic":
        symbol = CHI_SQUARED if groups["symbol"][0] in "χcx" else groups["symbol"]
        symbol = RANKS if OF_RANKS.match(symbol) else symbol
        return {"symbol": symbol, "test": TESTS.get(tested)}
    if name in ("percent", "value") and "chance" in groups:
        return {"symbol": "posterior_probability"}
    if name in ("percent", "value"):
        called = re.sub(r"[\s–-]+", " ", groups.get("called", ""))
        adjusted = called in ADJUSTED or "adjusted" in groups
        things = (groups.get(key) for key in ("thing", "before_thing", "of_thing"))
        thing = next((one for one in things if one), "")
        measure = (MEASURES | NAMED_AFTER).get(called) or OF_THING.get(thing)
        adjusted |= "posterior" in groups
        more = {"unit": "per patient-year"} if "annual" in groups else {}
        return {"symbol": measure, "adjusted": adjusted, "crude": "crude" in groups, **more}
    if name == "effect" and "standardised" in groups:
        return {"symbol": STANDARDISED}
    if name == "effect":
        partial = any(groups.get(key) for key in ("partial", "p_after", "p_last"))
        return {"symbol": "partial" if partial else None}
    if name[:3] == "ci_":
        credible = groups.get("ci", "").startswith("cr")
        sides = _sides(groups.get("ci_sided"))
        return {"symbol": "credible" if credible else None, "sides": sides}
    if name == "p":
        null = re.sub(r"\W", "", groups.get("null", groups.get("of", "")))
        beside = groups.get("inside") or groups.get("behind") or ""
        procedure = groups.get("procedure") or re.split(r"[\s-]", beside)[0]
        return {
            "symbol": null if null and null != "superiority" else None,
            "sides": _sides(groups.get("sided") or groups.get("tailed")),
            "adjusted": bool({"p_adjusted", "in_strata", "inside", "behind"} & groups.keys()),
            "crude": "p_crude" in groups,
            "procedure": PROCEDURES.get(procedure),
            "test": TESTS.get(tested),
        }
    return {}


def _sides(word: str | None) -> str | None:
    return None if word is None else "one_sided" if word in ("one", "1") else "two_sided"


def _component(name: str, text: str, **more: object) -> Component:
    plain = text.translate(PLAIN)
    if name == "direction":
        return Component(name, text, relation=_side(plain) or "=")
    if name == "p" and OF_NS.fullmatch(plain):
        return Component(name, text, relation="ns")
    body = plain[1:] if name == "p" else plain
    match = (FIRST_P if name == "p" else FIRST_NUMBER).search(body)
    assert match is not None
    before = FIRST_RELATION.search(body[: match.start()])
    words = re.sub(r"\s+", " ", before.group().lower()) if before else RANGE.get(name, "=")
    value, places = _decimal(match.group())
    if name == "p":
        places = _places_of_p(value, places)
    unit = re.sub(r"^\((.*)\)$", r"\1", body[match.end() :].strip()) or None
    offset = len(plain) - len(body)
    number = text[offset + match.start() : offset + match.end()]
    more = {"unit": unit} | more
    return Component(name, text, value, places, RELATIONS[words], number=number, **more)  # type: ignore[arg-type]


def _places_of_p(value: Decimal, places: int) -> int:
    """The decimals that a printed p stands for: one of 0 or 1 has lost its last zeros.

    No p is rounded to a whole number, nor a small one to a tenth, so that "P = 0" is no p of 0.3.
    """
    lost = places < 1 or (value == 0 and places < FEWEST_PLACES_OF_P)
    return max(places, FEWEST_PLACES_OF_P) if lost else places


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
