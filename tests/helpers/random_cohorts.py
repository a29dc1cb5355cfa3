"""Random cohort.yaml documents that can be drawn, with what they promise beside them."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, stdev
from typing import Any

from hypothesis import strategies as st

SHARES = st.floats(0.05, 0.95).map(lambda p: round(p, 2))


@dataclass(frozen=True)
class Promise:
    """A document and its arms; counts by quantity, arm: (yes, of); moments by quantity, arm."""

    document: dict[str, Any]
    arms: dict[str, int]
    counts: dict[str, dict[str, tuple[int, int]]]
    among: dict[str, tuple[int, int]]
    moments: dict[str, tuple[str, str]]
    categories: dict[str, dict[str, int]]
    pattern: tuple[int, int, int]
    total: int
    limits: tuple[int, int]


def printed(value: float, digits: int) -> str:
    unit = Decimal(1).scaleb(-digits)
    return str(Decimal(repr(value)).quantize(unit, ROUND_HALF_UP))


@st.composite
def cohorts(draw) -> Promise:
    arms = {name: draw(st.integers(4, 25)) for name in ("a", "b", "c")[: draw(st.integers(2, 3))]}
    counts, leaves = {}, {}
    for name, size in arms.items():
        of = draw(st.integers(0, size))
        counts[name] = (draw(st.integers(0, of)), of)
        leaves[name] = {"count": counts[name][0], "of": of}
    inner = {name: draw(st.integers(0, size)) for name, size in arms.items()}
    among = {name: _within(draw, arms[name], inner[name], counts[name]) for name in arms}
    least, most = draw(st.integers(1, 3)), draw(st.integers(0, 1))
    part = draw(st.integers(0, sum(of for _, of in counts.values())))
    moments, exact, limits = _moments(draw, arms)
    categories = {name: _split(draw, size) for name, size in arms.items()}
    total = draw(st.integers(0, 20))
    quantities: dict[str, Any] = {
        "factor": {"level": "patients", "normal": {"mean": 0, "sd": 1}},
        "inner": {
            "level": "patients",
            "tag": "printed",
            "share": {"by": "arm", "is": {n: {"count": c} for n, c in inner.items()}},
        },
        "whole": {
            "level": "patients",
            "tag": "printed",
            "share": {"by": "arm", "is": leaves},
            "loads": {"factor": draw(SHARES)},
            "known": {"loads": {"factor": -draw(SHARES)}},
            "among": [
                {
                    "of": "inner",
                    "margin": {
                        "by": "arm",
                        "is": {n: {"count": c, "of": of} for n, (c, of) in among.items()},
                    },
                }
            ],
        },
        "parts": {
            "level": "patients",
            "tag": "printed",
            "pattern": {
                "of": "whole",
                "yes": {"at_least": least},
                "no": {"at_most": most},
                "parts": {
                    "one": {"share": {"count": part if most else min(part, _yes(counts))}},
                    **{f"part{i}": {"propensity": draw(SHARES)} for i in range(3)},
                },
            },
        },
        "value": {
            "level": "patients",
            "normal": {"mean": sum(limits) / 2, "sd": 5},
            "step": 1,
            "limits": {"from": limits[0], "to": limits[1]},
            "tag": "printed",
            "exact": {"by": "arm", "is": exact},
        },
        "kind": {
            "level": "patients",
            "tag": "printed",
            "choice": {"counts": {"by": "arm", "is": categories}},
        },
        "events": {"level": "patients", "spread": {"total": total}, "tag": "printed"},
        "leaves": {"level": "patients", "share": {"probability": draw(SHARES)}},
        "last": {
            "level": "patients",
            "uniform": {"from": 0, "to": 90},
            "step": 1,
            "where": {"leaves": {"is": "yes"}},
        },
        "score": {
            "level": "visits",
            "ordinal": {"from": 0, "probabilities": [0.5, 0.3, 0.2]},
            "correlation": draw(st.sampled_from([{"ar1": 0.5}, {"exchangeable": 0.3}])),
        },
        "wanted": {"level": "patients", "ordinal": {"from": 0, "probabilities": [0.3, 0.4, 0.3]}},
        "picked": {"level": "rows", "pick": {"count": "wanted"}},
    }
    keep = {"any": [{"last": "missing"}, {"visit_day": {"at_most": {"column": "last"}}}]}
    levels = {
        "patients": {"arms": arms},
        "visits": {
            "of": "patients",
            "as": "visit",
            "labels": {"x": 0, "y": 30, "z": 60},
            "keep": keep,
        },
        "rows": {"of": "patients", "as": "row", "count": draw(st.integers(2, 5))},
    }
    order = draw(st.permutations(list(quantities)))
    return Promise(
        {"levels": levels, "quantities": {name: quantities[name] for name in order}},
        arms,
        {"whole": counts},
        among,
        moments,
        categories,
        (least, most, part),
        total,
        limits,
    )


def _yes(counts: dict[str, tuple[int, int]]) -> int:
    return sum(yes for yes, _ in counts.values())


def _within(draw, size: int, inner: int, whole: tuple[int, int]) -> tuple[int, int]:
    """Counts among `inner` of `size` rows that go with `yes` of `of` in all."""
    yes, of = whole
    known = draw(st.integers(max(0, of - (size - inner)), min(inner, of)))
    least = max(0, yes - (of - known), known - (of - yes) - 0)
    least = max(least, known - (of - yes))
    return draw(st.integers(max(least, 0), min(yes, known))), known


def _moments(draw, arms: dict[str, int]) -> tuple[dict, dict, tuple[int, int]]:
    """Moments that some whole numbers have: those of a sample."""
    low = draw(st.integers(0, 40))
    high = low + draw(st.integers(5, 60))
    found, exact = {}, {}
    for name, size in arms.items():
        values = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
        found[name] = (printed(mean(values), 1), printed(stdev(values), 1))
        exact[name] = {"mean": found[name][0], "sd": found[name][1]}
    return found, exact, (low, high)


def _split(draw, size: int) -> dict[str, int]:
    first = draw(st.integers(0, size))
    second = draw(st.integers(0, size - first))
    return {"u": first, "v": second, "w": size - first - second}
