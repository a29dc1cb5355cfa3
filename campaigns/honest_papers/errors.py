"""Single errors: one printed number changed so that others in the paper contradict it.

Whether an error can be seen is decided here, from how the paper was made, before any audit.
"""

import numpy as np

from honest_papers.author import Author
from honest_papers.ledger import Claim

LEAST = 6  # units of the last digit that an interval's half needs, before a bound is moved


def _far_p(p: float, low=0.03) -> float:
    """A p-value that no usual test gives on the same numbers."""
    return min(max(40 * p, 0.3), 0.9) if p < low else p / 60


def _sized(author: Author, claim: Claim) -> bool:
    """Whether a denominator is printed for a share."""
    population = author.ledger.populations.get(claim.about.get("population", "itt"), {})
    listed = "sizes" in population and "stratum" not in claim.about
    return (
        claim.form == "share"
        and "count" in claim.errors
        and (listed or "patients" in claim.about or author.shows_size(claim.args["where"]))
    )


def percent_wrong(author, claim, rng):
    k, n = claim.args["k"], claim.args["n"]
    wrong = 100 * k / n + rng.choice((-1, 1)) * (5 + 100 / n)
    return {"percent": wrong} if _sized(author, claim) and 1 < wrong < 99 else None


def count_wrong(author, claim, rng):
    k, n = claim.args["k"], claim.args["n"]
    other = k + int(rng.choice((-1, 1)) * max(3, round(0.07 * n)))
    fits = _sized(author, claim) and 0 <= other <= n
    return {"k": other, "percent": 100 * k / n} if fits else None


def denominator_wrong(author, claim, rng):
    k, n = claim.args["k"], claim.args["n"]
    if not _sized(author, claim) or not author.shows_size(claim.args["where"]) or k / n < 0.15:
        return None
    return {"n": round(1.2 * n) + 3, "percent": 100 * k / n}


def digits_swapped(author, claim, rng):
    k, n = claim.args["k"], claim.args["n"]
    whole = int(100 * k / n)
    swapped = 10 * (whole % 10) + whole // 10
    if not _sized(author, claim) or whole in (0, 100) or abs(whole - swapped) < 9 + 100 / n:
        return None
    return {"percent": swapped + 100 * k / n - whole}


def p_of_counts_wrong(author, claim, rng):
    fits = claim.kind == "p" and claim.errors.get("counts")
    return {"p": _far_p(claim.args["p"])} if fits else None


def p_of_means_wrong(author, claim, rng):
    return {"p": _far_p(claim.args["p"])} if claim.errors.get("means") else None


def _compared(author, claim) -> bool:
    """Whether a difference of these means is printed with its interval, not adjusted."""
    keys = ("outcome", "visit", "stratum", "population", "change")
    here = [claim.about.get(x) for x in keys]
    return any(
        c.kind == "mean difference"
        and [c.about.get(x) for x in keys] == here
        and claim.about["group"] in c.about["compare"]
        for c in author.ledger.claims.values()
    )


def deviation_is_error(author, claim, rng):
    n = claim.errors.get("mean", 0)
    if n < 20 or not claim.errors.get("sized") or not _compared(author, claim):
        return None
    return {"s": claim.args["s"] / np.sqrt(n)}


def mean_wrong(author, claim, rng):
    if not claim.errors.get("mean") or not _compared(author, claim):
        return None
    return {"m": claim.args["m"] + rng.choice((-1, 1)) * 1.5 * claim.args["s"]}


def mean_impossible(author, claim, rng):
    """A mean of whole numbers that no whole sum gives, by any way of rounding."""
    outcome = author.ledger.outcomes.get(claim.about.get("outcome"), {})
    n, digits = claim.errors.get("mean", 0), author.habits.mean
    if not outcome.get("whole") or not claim.errors.get("sized") or n * 3 > 10**digits:
        return None
    if claim.about.get("change"):
        return None
    grid = 10.0**-digits
    for step in rng.permutation(np.arange(-30, 31)):
        wrong = round(claim.args["m"] + step * grid, digits)
        sums = np.arange(np.floor(wrong * n) - 1, np.ceil(wrong * n) + 2)
        if abs(sums / n - wrong).min() > 1.2 * grid:
            return {"m": wrong}
    return None


def _grid(author, claim) -> float:
    h = author.habits
    return {
        "points": 0.01 * 10.0 ** -max(h.percent, 1),
        "ratio": 10.0**-h.ratio,
        "means": 10.0**-h.mean,
    }[claim.errors["effect"]]


def _steady(author, claim) -> bool:
    """Whether the interval lies about as evenly as Wald's, and is wide beside its digits."""
    args = claim.args
    if claim.errors.get("effect") is None or args.get("low") is None:
        return False
    half = min(args["value"] - args["low"], args["high"] - args["value"])
    size = claim.errors.get("size")
    even = size is None or min(size[0], size[1] - size[0], size[2], size[3] - size[2]) >= 10
    return even and half > LEAST * _grid(author, claim)


def bound_moved(author, claim, rng):
    if not _steady(author, claim):
        return None
    v, low = claim.args["value"], claim.args["low"]
    if claim.errors["effect"] == "ratio":
        return {"low": v * (low / v) ** 1.7}
    return {"low": v - 1.7 * (v - low)}


def estimate_outside(author, claim, rng):
    if not _steady(author, claim):
        return None
    return {"value": claim.args["high"] + 0.3 * (claim.args["high"] - claim.args["low"])}


def sign_wrong(author, claim, rng):
    effect, v = claim.errors.get("effect"), claim.args.get("value", 0)
    fits = effect in ("points", "means") and _steady(author, claim)
    if not fits or author.habits.unsigned:
        return None
    return {"value": -v} if abs(v) > 0.4 * (claim.args["high"] - v) else None


def ratio_inverted(author, claim, rng):
    if claim.errors.get("effect") != "ratio" or not _steady(author, claim):
        return None
    v, high = claim.args["value"], claim.args["high"]
    return {"value": 1 / v} if abs(np.log(v)) > 0.4 * np.log(high / v) else None


def p_against_interval(author, claim, rng):
    p = claim.args.get("p")
    if not _steady(author, claim) or p is None or 0.01 < p < 0.3:
        return None
    return {"p": 0.5 if p <= 0.01 else 0.001}


def _moved(claim, by: float) -> dict:
    return {x: claim.args[x] + by for x in ("value", "low", "high")}


def risk_difference_moved(author, claim, rng):
    if claim.errors.get("effect") != "points" or not claim.errors.get("counts"):
        return None
    return _moved(claim, 0.05 * rng.choice((-1, 1)))


def mean_difference_moved(author, claim, rng):
    if claim.kind != "mean difference":
        return None
    return _moved(claim, 1.2 * (claim.args["high"] - claim.args["value"]) + 1)


def ratio_moved(author, claim, rng):
    if claim.errors.get("effect") != "ratio" or not claim.errors.get("counts"):
        return None
    by = 1.4 ** rng.choice((-1, 1))
    return {x: claim.args[x] * by for x in ("value", "low", "high")}


def needed_wrong(author, claim, rng):
    return {"value": 2 * claim.args["value"] + 3} if claim.errors.get("needed") else None


def reduction_wrong(author, claim, rng):
    share = claim.args.get("share", 0)
    by = 0.15 if share < 0.8 else -0.15
    return {"share": share + by} if claim.errors.get("reduction") else None


def category_wrong(author, claim, rng):
    if claim.kind != "category" or not _sized(author, claim):
        return None
    other = claim.args["k"] + max(3, round(0.05 * claim.args["n"]))
    return {"k": other} if other <= claim.args["n"] else None


def subgroup_wrong(author, claim, rng):
    """The other strata and all of the group are printed as counts."""
    shown = _sized(author, claim) and author.shows_count("text")
    if claim.kind != "subgroup" or not shown:
        return None
    other = claim.args["k"] + max(3, round(0.08 * claim.args["n"]))
    return {"k": other} if other <= claim.args["n"] else None


def column_wrong(author, claim, rng):
    """The count of all, where those of the arms are printed."""
    if not claim.errors.get("all") or not _sized(author, claim):
        return None
    other = claim.args["k"] + max(4, round(0.04 * claim.args["n"]))
    return {"k": other} if other <= claim.args["n"] else None


def total_wrong(author, claim, rng):
    return {"n": claim.args["n"] + 7} if claim.errors.get("total") == "randomised" else None


def size_wrong(author, claim, rng):
    return {"n": claim.args["n"] + 6} if claim.errors.get("size") == "randomised" else None


def words_swapped(author, claim, rng):
    return {"text": claim.errors["swapped"]} if claim.errors.get("swapped") else None


def fact_wrong(author, claim, rng):
    return {"text": claim.errors["fact"]} if claim.errors.get("fact") else None


def statistic_wrong(author, claim, rng):
    return {"p": _far_p(claim.args["p"])} if claim.errors.get("stat") else None


def median_outside(author, claim, rng):
    return {"m": claim.args["b"] + 2} if claim.errors.get("quartiles") else None


def abstract_wrong(author, claim, rng):
    return {"percent": claim.args["percent"] + 6} if claim.errors.get("place") else None


def share_interval_wrong(author, claim, rng):
    """Half as wide as it is by any usual method."""
    k, n = claim.errors.get("share interval", (0, 1))
    if min(k, n - k) < 8 or (claim.args["high"] - claim.args["low"]) * 100 < 8:
        return None
    low, high = ((claim.args[x] + k / n) / 2 for x in ("low", "high"))
    return {"low": low, "high": high}


def curve_outside(author, claim, rng):
    if not claim.errors.get("outside") or claim.args["high"] > 0.9:
        return None
    return {"percent": 100 * claim.args["high"] + 5}


KINDS = {
    f.__name__.replace("_", " "): f
    for f in (
        percent_wrong,
        count_wrong,
        denominator_wrong,
        digits_swapped,
        p_of_counts_wrong,
        p_of_means_wrong,
        deviation_is_error,
        mean_wrong,
        mean_impossible,
        bound_moved,
        estimate_outside,
        sign_wrong,
        ratio_inverted,
        p_against_interval,
        risk_difference_moved,
        mean_difference_moved,
        ratio_moved,
        needed_wrong,
        reduction_wrong,
        category_wrong,
        subgroup_wrong,
        column_wrong,
        total_wrong,
        size_wrong,
        words_swapped,
        fact_wrong,
        statistic_wrong,
        median_outside,
        abstract_wrong,
        share_interval_wrong,
        curve_outside,
    )
}
FORMS = {
    "percent wrong": "share",
    "count wrong": "share",
    "denominator wrong": "share",
    "digits swapped": "share",
}


def plant(author: Author, kind: str, rng):
    """A ledger with one error of the kind, and the claim's name; None where none can be made."""
    names = list(author.ledger.claims)
    for name in rng.permutation(names):
        claim = author.ledger.claims[name]
        if FORMS.get(kind, claim.form) != claim.form:
            continue
        change = KINDS[kind](author, claim, rng)
        if change is None:
            continue
        wrong = author.ledger.copy()
        wrong.claims[name].args |= change
        if wrong.printed(name) != author.ledger.printed(name):
            return wrong, str(name)
    return None
