"""Compares every statistic with R's recorded numbers: cases, reference, largest difference.

python tests/oracle/comparison.py            # a table
python tests/oracle/comparison.py --json     # for trialtrace validate
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from math import inf, isnan

from oracle_subjects import SUBJECTS
from oracle_tables import HERE, Number, Subject, agree, read_numbers

# A quantity is "wilson1@0.95.low": the statistic, then its arm or level, then the part of it.
STATISTIC = re.compile(r"^(.*?)\d*(?:@.*)?$")


@dataclass
class Row:
    """A statistic of a subject."""

    subject: str
    statistic: str
    reference: str
    numbers: int = 0
    largest: float = 0.0
    where: str = ""
    outside: int = 0
    seen: set[str] = field(default_factory=set)

    def add(self, case: str, quantity: str, ours: float, theirs: float, tolerance: float) -> None:
        self.seen.add(case)
        self.numbers += 1
        self.outside += not agree(ours, theirs, tolerance)
        difference = relative(ours, theirs)
        if difference > self.largest:
            self.largest, self.where = difference, f"{case} {quantity}: {ours!r}, R {theirs!r}"

    def told(self) -> dict[str, object]:
        row = asdict(self)
        return {"cases": len(row.pop("seen")), **row}


def relative(ours: float, theirs: float) -> float:
    """The relative difference; 0 where both are missing, infinite where one is."""
    if ours == theirs or (isnan(ours) and isnan(theirs)):
        return 0.0
    if isnan(ours) or isnan(theirs):
        return inf
    return abs(ours - theirs) / max(abs(ours), abs(theirs))


def compare(name: str, subject: Subject) -> Iterator[Row]:
    """The rows of a subject, in the order of R's numbers."""
    path = HERE / "expected" / f"{name}.csv"
    with path.open() as lines:
        reference = next(lines).removeprefix("# ").strip()
    ours: dict[Number, float] = {
        (case, quantity): float(value) for case, quantity, value in subject.numbers()
    }
    rows: dict[str, Row] = {}
    for (case, quantity), theirs in read_numbers(path).items():
        found = STATISTIC.match(quantity.split(".")[0])
        statistic = found[1].strip() if found and found[1] else quantity
        row = rows.setdefault(statistic, Row(name, statistic, reference))
        tolerance = subject.relative(quantity, subject.tolerance)
        row.add(case, quantity, ours[case, quantity], theirs, tolerance)
    yield from rows.values()


def main() -> int:
    rows = [row for name in sorted(SUBJECTS) for row in compare(name, SUBJECTS[name])]
    if "--json" in sys.argv[1:]:
        print(json.dumps([row.told() for row in rows]))
    else:
        for row in rows:
            print(
                f"{row.subject:<22}{row.statistic:<30}{len(row.seen):>3} cases "
                f"{row.numbers:>5} numbers  {row.largest:.1e}  {row.reference}"
            )
    return int(any(row.outside for row in rows))


if __name__ == "__main__":
    sys.exit(main())
