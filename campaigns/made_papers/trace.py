"""Whether printed numbers that belong together could have been printed by someone without an error.

This decides beforehand whether an error leaves a trace in print: it does if the altered numbers of
some link are none that the stated method could have given, whatever the unrounded inputs were.
Where a ledger cannot state a method (Newcombe's difference), any usual one counts.
"""

from collections.abc import Mapping
from math import ceil, floor

import numpy as np
from scipy import stats

from made_papers import formulas as f
from made_papers.paper import Claim, Link, Paper

Claims = Mapping[str, Claim]
Z = float(stats.norm.ppf(0.975))


def leaves_trace(made: Paper) -> bool:
    return not all(HOLDS[link.kind](made, link) for link in made.links)


def _parts(made: Paper, link: Link) -> list[dict[str, str]]:
    return [made.claims[name].parts for name in link.claims]


def _share(made: Paper, link: Link) -> bool:
    (parts,) = _parts(made, link)
    (name,) = link.claims
    about, group = made.claims[name].about, link.with_["group"]
    n, x = int(parts.get("n", made.sizes(about["population"])[group])), int(parts["count"])
    if about["population"] == "itt" and n != made.arms[group]:
        return False
    if not 0 <= x <= n or f.show(100 * x / n, _places(parts["percent"])) != parts["percent"]:
        return False
    if "low" not in parts:
        return True
    bounds = f.share_interval(x, n, about["interval"], 0.95)
    return [f.show(b, 1) for b in bounds] == [parts["low"], parts["high"]]


def _counts(made: Paper, link: Link) -> tuple[list[int], list[int]]:
    """Counts and sizes as printed, of all claims of a link but the first."""
    x, n = [], []
    for name in link.claims[1:]:
        one = made.claims[name]
        sizes = made.sizes(one.about["population"])
        x.append(int(one.parts["count"]))
        n.append(int(one.parts.get("n", sizes[one.about["group"]])))
    return x, n


def _count_p(made: Paper, link: Link) -> bool:
    first = made.claims[link.claims[0]]
    x, n = _counts(made, link)
    if any(not 0 <= a <= m for a, m in zip(x, n, strict=True)):
        return False
    return f.show_p(f.count_p(x, n, first.about["test"]), made.p) == first.parts["p"]


def _effect(made: Paper, link: Link) -> bool:
    first = made.claims[link.claims[0]]
    x, n = _counts(made, link)
    if any(not 0 < a < m for a, m in zip(x, n, strict=True)) or not _count_p(made, link):
        return False
    measure = link.with_["measure"]
    stated = "interval" in first.about
    methods = ("wald",) if stated else ("wald", "newcombe")
    printed = [first.parts[name] for name in ("value", "low", "high")]
    return any(
        printed
        == [
            f.show(v, _places(t))
            for v, t in zip(f.effect(measure, x, n, method, 0.95), printed, strict=True)
        ]
        for method in methods
    )


def _whole(made: Paper, link: Link) -> bool:
    """Some sum and some sum of squares of n whole numbers give what is printed.

    The squares are even or odd with the sum, and least where the numbers lie together.
    """
    (parts,) = _parts(made, link)
    (low, high), n = f.cell(parts["mean"]), link.with_["n"]
    least, most = (max(end, 0.0) ** 2 * (n - 1) for end in f.cell(parts["sd"]))
    for total in range(floor(low * n), ceil(high * n) + 1):
        if f.show(total / n, 1) != parts["mean"]:
            continue
        each, left = divmod(total, n)
        lowest = n * each**2 + left * (2 * each + 1)
        middle = total**2 / n
        for squares in range(max(lowest, floor(least + middle)), ceil(most + middle) + 1):
            spread = (max(squares - middle, 0.0) / (n - 1)) ** 0.5
            if (squares - total) % 2 == 0 and f.show(spread, 1) == parts["sd"]:
                return True
    return False


def _mean_p(made: Paper, link: Link) -> bool:
    first, *arms = (made.claims[name] for name in link.claims)
    means, sds = ([one.parts[key] for one in arms] for key in ("mean", "sd"))
    ends = f.t_p_range(means, sds, link.with_["n"], first.about["test"])
    return f.p_fits(first.parts["p"], *ends)


def _difference(made: Paper, link: Link) -> bool:
    first, *arms = (made.claims[name] for name in link.claims)
    if not _mean_p(made, link):
        return False
    means, sds = ([f.cell(one.parts[key]) for one in arms] for key in ("mean", "sd"))
    n, found = link.with_["n"], []
    for gap in (means[0][0] - means[1][1], means[0][1] - means[1][0]):
        for spread in zip(*sds, strict=True):
            found.append(f.difference([gap, 0.0], spread, n, 0.95))
    value, low, high = (f.cell(first.parts[name]) for name in ("value", "low", "high"))
    for own, ends in zip((value, low, high), np.transpose(found), strict=True):
        if own[1] < ends.min() - 1e-9 or own[0] > ends.max() + 1e-9:
            return False
    return _centred(value, low, high)


def _centred(value: tuple, low: tuple, high: tuple) -> bool:
    return (low[0] + high[0]) / 2 <= value[1] and value[0] <= (low[1] + high[1]) / 2


def _hazard(made: Paper, link: Link) -> bool:
    (parts,) = _parts(made, link)
    cells = [np.log(np.maximum(f.cell(parts[name]), 1e-6)) for name in ("value", "low", "high")]
    if not _centred(*cells):
        return False
    lows, highs = (np.linspace(*cells[k], 41) for k in (1, 2))
    low, high = (grid.ravel() for grid in np.meshgrid(lows, highs))
    middle = (low + high) / 2
    inside = (middle >= cells[0][0]) & (middle <= cells[0][1]) & (high > low)
    if not inside.any():
        return False
    z = np.abs(middle[inside]) / ((high - low)[inside] / (2 * Z))
    p = 2 * stats.norm.sf(z)
    return f.p_fits(parts["p"], float(p.min()), float(p.max()))


def _statistic(made: Paper, link: Link) -> bool:
    """The free F is given with whole degrees of freedom, so that any epsilon may lie behind it."""
    (parts,) = _parts(made, link)
    symbol, free = link.with_["symbol"], link.with_["free"]
    texts = [parts[name] for name in ("df1", "df2") if name in parts]
    degrees = [
        np.linspace(*f.cell(text), 5) if "." in text else np.array([float(text)]) for text in texts
    ]
    if any((d <= 0).any() for d in degrees):
        return False
    epsilons = np.linspace(1 / degrees[0][0], 1, 201) if free else [1.0]
    values = np.maximum(f.cell(parts["value"]), 0) if symbol != "t" else _sizes(parts["value"])
    found = [
        f.statistic_p(symbol, value, e * df1, e * df2 if df2 else None)
        for value in values
        for e in epsilons
        for df1 in degrees[0]
        for df2 in (degrees[1] if len(degrees) == 2 else [None])
    ]
    return f.p_fits(parts["p"], min(found), max(found))


def _sizes(text: str) -> tuple[float, float]:
    low, high = f.cell(text)
    return (0.0, max(-low, high)) if low <= 0 <= high else (abs(low), abs(high))


def _categories(made: Paper, link: Link) -> bool:
    return sum(int(parts["count"]) for parts in _parts(made, link)) == link.with_["n"]


def _table_p(made: Paper, link: Link) -> bool:
    first, *cells = _parts(made, link)
    table = np.array([int(one["count"]) for one in cells]).reshape(-1, link.with_["columns"])
    if (table.sum(axis=0) == 0).any():
        return False
    return f.show_p(f.table_p(table.tolist()), made.p) == first["p"]


def _total(made: Paper, link: Link) -> bool:
    first = made.claims[link.claims[0]].parts
    x, n = _counts(made, link)
    return (sum(x), sum(n)) == (int(first["count"]), int(first["n"])) and (
        f.show(100 * sum(x) / sum(n), _places(first["percent"])) == first["percent"]
    )


def _places(text: str) -> int:
    return len(text.partition(".")[2])


HOLDS = {
    "share": _share,
    "count_p": _count_p,
    "effect": _effect,
    "whole": _whole,
    "mean_p": _mean_p,
    "difference": _difference,
    "hazard": _hazard,
    "statistic": _statistic,
    "categories": _categories,
    "table_p": _table_p,
    "total": _total,
}
