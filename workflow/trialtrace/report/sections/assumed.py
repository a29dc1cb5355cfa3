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
    inputs: Given = {}
    for row in rows:
        group = label(row["group"]) if row["group"] else ""
        inputs.setdefault(row["what"], {})[group] = decoded(row["value"])
    kind = next(iter(inputs)).partition(".")[0]
    told = [KINDS[kind](_of(inputs, kind))] if kind in KINDS else []
    rest = {what: by for what, by in inputs.items() if not told or what.partition(".")[0] != kind}
    told += [_rest(what, by) for what, by in rest.items()]
    return "; ".join(part for part in told if part)


def decoded(value: Any) -> Any:
    """A parameter as the manifest holds it: lists, mappings and truth values are JSON text."""
    if isinstance(value, str) and (value[:1] in "[{" or value in ("true", "false")):
        return json.loads(value)
    return value


def _of(inputs: Given, kind: str) -> Given:
    return {
        what.partition(".")[2]: by for what, by in inputs.items() if what.partition(".")[0] == kind
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


def _all(inputs: Given, name: str) -> Any:
    """The value of a parameter that is the same in all groups."""
    return next(iter(inputs[name].values())) if name in inputs else None


def condition(test: dict[str, Any]) -> str:
    return describe(test).replace("_", " ")


def _choice(inputs: Given) -> str:
    if "of" not in inputs:
        return f"counts {_each(inputs['count'])}"
    return f"drawn: {_each(inputs['of'], _shares)}"


def _shares(of: dict[str, float]) -> str:
    return ", ".join(f"{words(level)}: {100 * share:g} %" for level, share in of.items())


def _rule(inputs: Given) -> str:
    cases = [
        f"{words(case['is'])} where {condition(case['when'])}" for case in _all(inputs, "cases")
    ]
    otherwise = words(_all(inputs, "otherwise")) if "otherwise" in inputs else "missing"
    return "; ".join([*cases, f"else {otherwise}"])


def _text(inputs: Given) -> str:
    prefix = f"{_all(inputs, 'prefix')} and " if "prefix" in inputs else ""
    width = f" in {_all(inputs, 'width')} digits" if "width" in inputs else ""
    return f"{prefix}{words(_all(inputs, 'of'))}{width}"


def _date(inputs: Given) -> str:
    if "between" in inputs:
        first, last = _all(inputs, "between")
        ordered = ", ascending with the rows" if _all(inputs, "ordered") else ""
        return f"a day from {first} to {last}{ordered}" if first != last else first
    return f"{_each(inputs['from'])} plus {_each(inputs['days'])}, in days"


def _scale(name: str) -> Callable[[Given], str]:
    def tell(inputs: Given) -> str:
        parts = [f"mean {_each(inputs['mean'])}", f"SD {_each(inputs['sd'])}"]
        return f"{name}, {', '.join(parts)}"

    return tell


def _weibull(inputs: Given) -> str:
    return f"Weibull, shape {_each(inputs['shape'])}, scale {_each(inputs['scale'])}"


def _uniform(inputs: Given) -> str:
    return f"uniform from {_each(inputs['from'])} to {_each(inputs['to'])}"


def _linear(inputs: Given) -> str:
    terms = [(factor, words(name)) for name, factor in _all(inputs, "terms").items()]
    constant = _all(inputs, "constant")
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


def _product(inputs: Given) -> str:
    parts = [words(name) for name in _all(inputs, "of") or []]
    parts += [_each(inputs["times"])] if "times" in inputs else []
    below = [words(name) for name in _all(inputs, "divided_by") or []]
    return " / ".join([" × ".join(parts), *below])


def _gather(inputs: Given) -> str:
    statistic = _all(inputs, "statistic")
    what = STATISTICS.get(statistic, statistic)
    of = f"{words(_all(inputs, 'of'))} over the {words(_all(inputs, 'level'))}"
    text = f"{what} of {of if 'of' in inputs else words(_all(inputs, 'level'))}"
    return text + (f" where {condition(_all(inputs, 'where'))}" if "where" in inputs else "")


def _bands(inputs: Given) -> str:
    ends, values = _all(inputs, "up_to"), _all(inputs, "values")
    parts = [f"{words(value)} up to {words(end)}" for end, value in zip(ends, values, strict=False)]
    return f"by {words(_all(inputs, 'of'))}: {', '.join(parts)}, else {words(values[-1])}"


def _ordinal(inputs: Given) -> str:
    text = f"whole numbers from {_each(inputs['from'])} with probabilities "
    text += _each(inputs["probabilities"])
    return text + (
        f", latent score shifted by {_each(inputs['shift'])}" if "shift" in inputs else ""
    )


def _pick(inputs: Given) -> str:
    return f"as many at random as {_each(inputs['count'])}"


def _days(inputs: Given) -> str:
    return f"days from {words(_all(inputs, 'from'))} to {words(_all(inputs, 'to'))}"


def _running(inputs: Given) -> str:
    before = ", without the row's own" if _all(inputs, "before") else ""
    return f"running sum of {words(_all(inputs, 'of'))}{before}"


def _pattern(inputs: Given) -> str:
    parts = []
    for name, by in inputs.items():
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
