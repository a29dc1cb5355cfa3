"""What our side of the oracle shares: the tables of cases, and results by their parts.

A quantity of a case is (case, quantity, value). NaN stands where there is a `StatsError`, as in the
R scripts where R refuses or divides 0 by 0; the messages are tested in tests/unit/stats.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isclose, isnan, nan
from pathlib import Path

import numpy as np

from trialtrace.stats import StatsError

HERE = Path(__file__).parent
Number = tuple[str, str]
SIDES = ("two_sided", "greater", "less")
ENDS = ("estimate", "low", "high")
Numbers = Iterator[tuple[str, str, float]]
Case = tuple[str, dict[str, np.ndarray]]


def read_numbers(path: Path) -> dict[tuple[str, str], float]:
    """Read a file that an R script wrote; its first line names the versions."""
    with path.open() as lines:
        next(lines)
        rows = list(csv.DictReader(lines))
    numbers = {(row["case"], row["quantity"]): float(row["value"]) for row in rows}
    assert len(numbers) == len(rows), f"{path.name} has a quantity twice"
    return numbers


def cases(name: str) -> Iterator[Case]:
    """Yield each case of a data table with its columns as arrays."""
    with (HERE / "data" / name).open() as lines:
        rows = list(csv.DictReader(lines))
    for case in dict.fromkeys(row["case"] for row in rows):
        own = [row for row in rows if row["case"] == case]
        yield case, {key: _column([row[key] for row in own]) for key in own[0] if key != "case"}


def _column(cells: list[str]) -> np.ndarray:
    try:
        return np.array(cells, dtype=float)
    except ValueError:
        return np.array(cells)


def or_none(compute: Callable, *data, **options):
    """The result, or None where it is refused."""
    try:
        return compute(*data, **options)
    except StatsError:
        return None


def fields_of(case: str, name: str, found: object, *fields: str) -> Numbers:
    """A quantity for each of these fields; NaN of a result that is none."""
    for field in fields:
        yield case, f"{name}.{field}", nan if found is None else getattr(found, field)


def ends(case: str, name: str, found: object) -> Numbers:
    return fields_of(case, name, found, *ENDS)


def tested(case: str, name: str, found: object, *, df: bool = False) -> Numbers:
    return fields_of(case, name, found, "statistic", *["df"] * df, "p_value")


def ends_by(case: str, name: str, compute: Callable, *data, **options) -> Numbers:
    return ends(case, name, or_none(compute, *data, **options))


def tested_by(case: str, name: str, compute: Callable, *data, df=False, **options) -> Numbers:
    return tested(case, name, or_none(compute, *data, **options), df=df)


def vector(case: str, name: str, values: Iterable[float]) -> Numbers:
    for i, value in enumerate(values, 1):
        yield case, f"{name}.{i}", value


@dataclass(frozen=True)
class Subject:
    """`numbers` are ours; the tolerances are relative.

    `tolerance` is that of our numbers beside R's, `again` of another run of R beside its committed
    output, where another version of R or of a package may round otherwise.
    """

    numbers: Callable[[], Numbers]
    packages: tuple[str, ...] = ()
    # The largest differences seen are of the order 1e-10, where the data have a large common offset
    # (there R rounds, by its own means) or a likelihood ratio is next to 0, and else 1e-11.
    tolerance: float = 1e-8
    again: float = 1e-9
    # Of Satterthwaite's degrees of freedom, and of Kenward-Roger's by observed information, which
    # rest in R on numeric second derivatives of the likelihood: differences up to 7e-8. Of Tukey's
    # pairs of arms: ptukey ends within some 3e-10, of a p of 3e-5 a hundred thousandth.
    by_derivatives: float | None = None

    def relative(self, quantity: str, tolerance: float) -> float:
        """The tolerance of a quantity."""
        numeric = any(word in quantity for word in ("satterthwaite.df", "observed", "pairs_"))
        return self.by_derivatives if numeric and self.by_derivatives else tolerance

    def differences(
        self, found: Mapping[Number, float], expected: Mapping[Number, float], tolerance: float
    ) -> list[str]:
        """Numbers that differ by more than the tolerance, in words."""
        return [
            f"{case} {quantity}: {found[case, quantity]!r}, in expected/ {value!r}"
            for (case, quantity), value in expected.items()
            if not agree(found[case, quantity], value, self.relative(quantity, tolerance))
        ]


def agree(one: float, other: float, relative: float) -> bool:
    """Both missing, or within the relative tolerance."""
    if isnan(one) or isnan(other):
        return isnan(one) and isnan(other)
    return isclose(one, other, rel_tol=relative)


SUBJECTS: dict[str, Subject] = {}


def subject(name: str, *packages: str, **closeness: float) -> Callable:
    """Make a function our side of the script of this name, which needs these packages of R."""

    def register(numbers: Callable[[], Numbers]) -> Callable[[], Numbers]:
        SUBJECTS[name] = Subject(numbers, packages, **closeness)
        return numbers

    return register
