"""Codes for a missing value that nobody declared: numbers far off all others, within the limits."""

from collections.abc import Iterator, Mapping

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.typed import Typed, spelling_of
from trialtrace.run.drafting.missing import far_off
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.trial.load import Trial


def undeclared_codes(trial: Trial, typed: Mapping[str, Typed]) -> Iterator[str]:
    """A sentence for each column of numbers that cleaning takes such a code for a value of."""
    for name, one in typed.items():
        for column, variable in trial.dictionary[name].items():
            if variable.kind in ("integer", "number") and not variable.choices:
                used = one.column(column).is_valid()
                tally = Tally()
                tally.add(one.text(column).filter(used))
                sign = spelling_of(trial, one.spec, column).sign(variable)
                numbers = tally.point if sign == "." else tally.comma
                codes, _, _, _ = far_off(numbers, tally, visits=column in one.spec.key_)
                if codes:
                    cells = sum(numbers.codes[code] for code in codes)
                    yield (
                        f"Table {name}, column {column}: {one_of(codes)} stands in {cells} "
                        f"{'cell' if cells == 1 else 'cells'}, far off all other values, and is "
                        "taken for a value. Where it is a code for missing, declare it in "
                        f"cleaning.yaml: tables.{name}.missing.{column}"
                    )
