"""Values, conditions and calls as R writes them."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from trialtrace.run.tables.frames import COMPLETE, LACKING

WIDTH = 96
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._]*")
_SIGNS = {"is": "==", "below": "<", "at_most": "<=", "above": ">", "at_least": ">="}


def literal(value: object) -> str:
    """A value of the configuration in R. Text beyond ASCII is escaped, whatever R's locale is."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"c({', '.join(map(literal, value))})"
    if _mapping(value):
        return f"list({', '.join(f'{column(name)} = {literal(of)}' for name, of in value.items())})"
    return f'"{"".join(map(_character, str(value)))}"'


def _character(text: str) -> str:
    if text in '"\\':
        return f"\\{text}"
    if " " <= text <= "~":
        return text
    return f"\\u{ord(text):04x}" if ord(text) < 0x10000 else f"\\U{ord(text):08x}"


def column(name: str) -> str:
    """A column's name in R, in backticks where it is no plain one."""
    return name if _PLAIN.fullmatch(name) else f"`{name}`"


def conditions(predicate: Mapping[str, object], *, of: str = "", strict: bool = False) -> list[str]:
    """A condition as expressions of R which all hold; `of` is the data set before a column.

    R's logic has the three values of ours, but for %in%: under `strict`, which a negation needs,
    a list is written as alternatives.
    """
    found: list[str] = []
    for name, test in predicate.items():
        if name in ("any", "all") and isinstance(test, list):
            parts = [" & ".join(conditions(part, of=of, strict=strict)) for part in test]
            sign = " | " if name == "any" else " & "
            found.append(f"({sign.join(f'({part})' for part in parts)})")
        elif name == "not" and _mapping(test):
            found.append(f"!({' & '.join(conditions(test, of=of, strict=True))})")
        else:
            told = {test: True} if isinstance(test, str) else test
            assert _mapping(told)
            found += [
                _test(f"{of}{column(name)}", operator, operand, of, strict)
                for operator, operand in told.items()
            ]
    return found


def _test(name: str, operator: str, operand: object, of: str, strict: bool) -> str:
    if operator == "present":
        return f"!is.na({name})"
    if operator == "missing":
        return f"is.na({name})"
    if operator == "in" and isinstance(operand, list):
        if not strict and not any(map(_mapping, operand)):
            return f"{name} %in% {literal(operand)}"
        return f"({' | '.join(f'{name} == {_operand(one, of)}' for one in operand)})"
    if operator == "between" and isinstance(operand, list):
        low, high = (_operand(one, of) for one in operand)
        return f"{name} >= {low} & {name} <= {high}"
    return f"{name} {_SIGNS[operator]} {_operand(operand, of)}"


def _operand(operand: object, of: str) -> str:
    return f"{of}{column(str(operand['column']))}" if _mapping(operand) else literal(operand)


# What is analysed, then when, whom and of which arms; what must be there stands last.
_ORDER = {"PARAMCD": 0, "AVISIT": 1, "TRTP": 3, "TRT01P": 3, "AVAL": 4, "CHG": 4}


def _mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def rows(dataset: str, predicate: Mapping[str, object], into: str = "d") -> Iterator[str]:
    """Lines of R that take from a data set the rows that a predicate selects."""
    names = sorted(
        predicate.keys() - {COMPLETE, LACKING}, key=lambda name: (_ORDER.get(name, 2), name)
    )
    plain = conditions({name: predicate[name] for name in names})
    if plain:
        yield from folded(f"{into} <- subset({dataset}, ", plain)
    else:
        yield f"{into} <- {dataset}"
    lacking = predicate.get(LACKING, ())
    assert isinstance(lacking, list | tuple)
    for other in lacking:
        yield from rows(other["dataset"], other["where"], "other")
        yield f"{into} <- {into}[!{into}$USUBJID %in% other$USUBJID, ]"
    complete = predicate.get(COMPLETE)
    if _mapping(complete):
        yield from _complete(complete, into)


def _complete(complete: Mapping[str, object], of: str) -> Iterator[str]:
    """Only subjects with a value at each combination of the given values of the columns."""
    needed = 1
    yield "# Only subjects with every value."
    for name, values in complete.items():
        assert isinstance(values, list)
        needed *= len(set(values))
        yield f"{of} <- {of}[{of}${column(name)} %in% {literal(values)} & !is.na({of}$AVAL), ]"
    yield f"seen <- unique({of}[{literal(['USUBJID', *complete])}])"
    yield f"{of} <- {of}[{of}$USUBJID %in% names(which(table(seen$USUBJID) == {needed})), ]"


def folded(start: str, parts: list[str]) -> Iterator[str]:
    """Conditions that all hold, over as many lines as they need."""
    line = start
    for position, part in enumerate(parts):
        text = part + (")" if position == len(parts) - 1 else " &")
        if len(line) + len(text) > WIDTH and line.strip():
            yield line.rstrip()
            line = " " * 14
        line += text + " "
    yield line.rstrip()


_BLANK = re.compile(r"\{([a-z_]+)(?:=([a-z_0-9]+))?\}")
# Choices that R calls otherwise.
_CHOICES = {
    "two_sided": "two.sided",
    "log_log": "log-log",
    "last_observed": "individual",
    "discrete": "exact",
}


def filled(template: str, entry: Mapping[str, object]) -> str:
    """A call of a card with the options of a step: `{ties}` is its choice, `{correction=none}`
    whether it is the choice. Raises KeyError for what is not given."""

    def one(match: re.Match[str]) -> str:
        value = entry[match[1]]
        if match[2] is not None:
            return literal(value == match[2])
        return literal(_CHOICES.get(value, value) if isinstance(value, str) else value)

    return _BLANK.sub(one, template)
