"""What a quantity of a synthetic cohort was drawn from, as a sentence: no code, no JSON."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from trialtrace.base.words import MINUS
from trialtrace.run.tables.conditions import describe
from trialtrace.run.trial.cohort.tables import OTHERWISE

# A parameter with its groups and the value of each: "" where all rows have the same.
Given = dict[str, dict[str, Any]]
STATISTICS = {"min": "lowest", "max": "highest", "count": "number"}
ENDS = {"from": "at least", "above": "above", "to": "at most", "below": "below"}
CORRELATIONS = {
    "exchangeable": "correlation {} of the rows of one parent",
    "ar1": "correlation {} of neighbouring rows, falling with their distance",
}


def sentence(rows: list[dict[str, Any]], label: Callable[[str], str]) -> str:
    """The parameters of one quantity and tag; `label` gives a group ("arm = smt") its words."""
    given: Given = {}
    for row in rows:
        group = label(row["group"]) if row["group"] else ""
        given.setdefault(row["what"], {})[group] = decoded(row["value"])
    kind = next(iter(given)).partition(".")[0]
    told = [KINDS[kind](_of(given, kind))] if kind in KINDS else []
    rest = {what: by for what, by in given.items() if not told or what.partition(".")[0] != kind}
    told += [_rest(what, by) for what, by in rest.items()]
    return "; ".join(part for part in told if part)


def decoded(value: Any) -> Any:
    """A parameter as the manifest holds it: lists, mappings and truth values are JSON text."""
    if isinstance(value, str) and (value[:1] in "[{" or value in ("true", "false")):
        return json.loads(value)
    return value


def _of(given: Given, kind: str) -> Given:
    return {
        what.partition(".")[2]: by for what, by in given.items() if what.partition(".")[0] == kind
    }


def words(value: Any) -> str:
    """A number, a level or the name of another quantity."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}".replace("-", MINUS)
    if isinstance(value, dict):
        if set(value) == {"column"}:
            return words(value["column"])
        return ", ".join(f"{words(name)} {words(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(words(each) for each in value)
    return str(value).replace("_", " ")


def _each(by: dict[str, Any], tell: Callable[[Any], str] = words) -> str:
    """ "9 (drug vinca), 12 (else)"."""
    by = {group or own: value for group, given in by.items() for own, value in _table(given)}
    return ", ".join(
        f"{tell(value)} ({group})" if group else tell(value) for group, value in by.items()
    )


def _table(value: Any) -> Iterator[tuple[str, Any]]:
    """(group, value) of a parameter that is a table by the values of one quantity, or as it is."""
    if not isinstance(value, dict) or set(value) - {"by", "is", OTHERWISE} or "is" not in value:
        yield "", value
        return
    for level, one in value["is"].items():
        yield f"{words(value['by'])} {words(level)}", one
    if OTHERWISE in value:
        yield "else", value[OTHERWISE]


def _all(given: Given, name: str) -> Any:
    """The value of a parameter that is the same in all groups."""
    return next(iter(given[name].values())) if name in given else None


def condition(test: dict[str, Any]) -> str:
    return describe(test).replace("_", " ")


def _choice(given: Given) -> str:
    if "of" not in given:
        return f"counts {_each(given['count'])}"
    return f"drawn: {_each(given['of'], _shares)}"


def _shares(of: dict[str, float]) -> str:
    return ", ".join(f"{words(level)}: {100 * share:g} %" for level, share in of.items())


def _rule(given: Given) -> str:
    cases = [
        f"{words(case['is'])} where {condition(case['when'])}" for case in _all(given, "cases")
    ]
    otherwise = words(_all(given, "otherwise")) if "otherwise" in given else "missing"
    return "; ".join([*cases, f"else {otherwise}"])


def _text(given: Given) -> str:
    prefix = f"{_all(given, 'prefix')} and " if "prefix" in given else ""
    width = f" in {_all(given, 'width')} digits" if "width" in given else ""
    return f"{prefix}{words(_all(given, 'of'))}{width}"


def _date(given: Given) -> str:
    if "between" in given:
        first, last = _all(given, "between")
        ordered = ", ascending with the rows" if _all(given, "ordered") else ""
        return f"a day from {first} to {last}{ordered}" if first != last else first
    return f"{_each(given['from'])} plus {_each(given['days'])}, in days"


def _scale(name: str) -> Callable[[Given], str]:
    def tell(given: Given) -> str:
        parts = [f"mean {_each(given['mean'])}", f"SD {_each(given['sd'])}"]
        return f"{name}, {', '.join(parts)}"

    return tell


def _weibull(given: Given) -> str:
    return f"Weibull, shape {_each(given['shape'])}, scale {_each(given['scale'])}"


def _uniform(given: Given) -> str:
    return f"uniform from {_each(given['from'])} to {_each(given['to'])}"


def _linear(given: Given) -> str:
    terms = [(factor, words(name)) for name, factor in _all(given, "terms").items()]
    constant = _all(given, "constant")
    parts = [f"{'' if abs(factor) == 1 else f'{abs(factor):g} × '}{name}" for factor, name in terms]
    signs = [factor < 0 for factor, _ in terms]
    if constant:
        parts.append(f"{abs(constant):g}")
        signs.append(constant < 0)
    first = f"{MINUS}{parts[0]}" if signs[0] else parts[0]
    return first + "".join(
        f" {MINUS if minus else '+'} {part}"
        for minus, part in zip(signs[1:], parts[1:], strict=True)
    )


def _product(given: Given) -> str:
    parts = [words(name) for name in _all(given, "of") or []]
    parts += [_each(given["times"])] if "times" in given else []
    below = [words(name) for name in _all(given, "divided_by") or []]
    return " / ".join([" × ".join(parts), *below])


def _gather(given: Given) -> str:
    statistic = _all(given, "statistic")
    what = STATISTICS.get(statistic, statistic)
    of = f"{words(_all(given, 'of'))} over the {words(_all(given, 'level'))}"
    text = f"{what} of {of if 'of' in given else words(_all(given, 'level'))}"
    return text + (f" where {condition(_all(given, 'where'))}" if "where" in given else "")


def _bands(given: Given) -> str:
    ends, values = _all(given, "up_to"), _all(given, "values")
    parts = [f"{words(value)} up to {words(end)}" for end, value in zip(ends, values, strict=False)]
    return f"by {words(_all(given, 'of'))}: {', '.join(parts)}, else {words(values[-1])}"


def _ordinal(given: Given) -> str:
    text = f"whole numbers from {_each(given['from'])} with probabilities "
    text += _each(given["probabilities"])
    return text + (f", latent score shifted by {_each(given['shift'])}" if "shift" in given else "")


def _pick(given: Given) -> str:
    return f"as many at random as {_each(given['count'])}"


def _days(given: Given) -> str:
    return f"days from {words(_all(given, 'from'))} to {words(_all(given, 'to'))}"


def _running(given: Given) -> str:
    before = ", without the row's own" if _all(given, "before") else ""
    return f"running sum of {words(_all(given, 'of'))}{before}"


def _pattern(given: Given) -> str:
    parts = []
    for name, by in given.items():
        tests = [
            f"missing: {words(value)}"
            if test == "missing"
            else f"{test.replace('_', ' ')} {words(value)} of the parts"
            for test, value in next(iter(by.values())).items()
        ]
        parts.append(f"where {name}: {', '.join(tests)}")
    return "; ".join(parts)


KINDS: dict[str, Callable[[Given], str]] = {
    "choice": _choice,
    "rule": _rule,
    "text": _text,
    "date": _date,
    "normal": _scale("normal"),
    "lognormal": _scale("lognormal"),
    "weibull": _weibull,
    "uniform": _uniform,
    "linear": _linear,
    "product": _product,
    "gather": _gather,
    "bands": _bands,
    "ordinal": _ordinal,
    "pick": _pick,
    "days": _days,
    "running": _running,
    "pattern": _pattern,
}


def _rest(what: str, by: dict[str, Any]) -> str:
    """A parameter that several kinds share, or one without words of its own."""
    kind, _, name = what.partition(".")
    if what == "where":
        return f"only where {condition(next(iter(by.values())))}"
    if what in ("share", "probability"):
        return f"probability {_each(by)}"
    if kind == "loads":
        return f"loading {_each(by)} on {words(name)}"
    if kind == "limits":
        return f"{ENDS[name]} {_each(by)}"
    if what == "step":
        return f"in steps of {_each(by)}"
    if what == "correlation":
        return ", ".join(
            CORRELATIONS[form].format(words(value))
            if form in CORRELATIONS
            else f"correlations by rows {'; '.join(words(row) for row in value)}"
            for form, value in next(iter(by.values())).items()
        )
    return f"{words(what.replace('.', ' '))} {_each(by)}"
