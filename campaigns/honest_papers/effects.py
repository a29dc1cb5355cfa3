"""Effects of yes/no outcomes and of means: what is printed of two groups."""

import numpy as np
from scipy import stats

from honest_papers import methods as by
from honest_papers.author import Author, table_of, two_by_two


def _common(author: Author, pair, about: dict) -> dict:
    return {k: v for k, v in about.items() if k != "patients"} | {"compare": list(pair)}


def p_of_counts(author: Author, counts, pair, label, place, about, shown=True) -> float:
    """A p-value of two groups, or of all of them."""
    table = table_of(counts, pair)
    if not 0 < sum(r[0] for r in table) < sum(map(sum, table)):
        return 1.0
    p, test = author.test_of_counts(table)
    about = _common(author, pair, about) | {"test": test}
    author.p_claim(p, label, place, about, counts=shown)
    return p


def risk_difference(author, counts, pair, label, place, about, p=None, test=None, shown=True):
    """A difference with its interval; with p where one is given."""
    h, (k1, n1, k2, n2) = author.habits, two_by_two(counts, pair)
    if min(k1, n1 - k1, k2, n2 - k2) < 1:
        return
    d, low, high = by.risk_difference(k1, n1, k2, n2, h.risk_interval, h.level)
    method = {"wald": "wald", "score": "score"}.get(h.risk_interval)
    about = _common(author, pair, about) | {"measure": "risk_difference", "test": test}
    about["interval"] = author.named(method)
    args = {"value": d, "low": low, "high": high, "p": p}
    error = {"effect": "points", "counts": shown, "size": (k1, n1, k2, n2)}
    author.add("risk difference", "points", args, place, label, about, errors=error)


def ratio(author, counts, pair, label, place, about, odds, p=None, test=None, shown=True):
    """A risk or odds ratio with its interval."""
    h, four = author.habits, two_by_two(counts, pair)
    k1, n1, k2, n2 = four
    if min(k1, n1 - k1, k2, n2 - k2) < 1:
        return
    measure, exact = ("odds_ratio" if odds else "risk_ratio"), h.odds_interval == "exact"
    found = by.odds_exact(*four, h.level) if odds and exact else by.ratio(*four, odds, h.level)
    about = _common(author, pair, about) | {"measure": measure, "test": test}
    about["interval"] = author.named("exact" if odds and exact else "log")
    args = {"measure": measure, **dict(zip(("value", "low", "high"), found, strict=True)), "p": p}
    error = {"effect": "ratio", "counts": shown, "size": four}
    author.add(measure.replace("_", " "), "ratio_of", args, place, label, about, errors=error)


def needed(author, counts, pair, label, place, about, shown=True) -> None:
    """A number needed to treat, where fewer have the event."""
    k1, n1, k2, n2 = two_by_two(counts, pair)
    d = k1 / n1 - k2 / n2
    if d > -0.02:
        return
    about = _common(author, pair, about) | {"measure": "number_needed_to_treat"}
    args = {"value": -1 / d}
    errors = {"needed": shown}
    author.add("needed to treat", "needed", args, place, label, about, errors=errors)


def reduction(author, counts, pair, label, place, about, of, shown=True) -> None:
    """A relative reduction in words: of the risk, of the odds, an efficacy."""
    k1, n1, k2, n2 = two_by_two(counts, pair)
    if min(k1, n1 - k1, k2, n2 - k2) < 1:
        return
    r, low, high = by.ratio(k1, n1, k2, n2, of == "odds", author.habits.level)
    if r > 0.97:
        return
    about = _common(author, pair, about)
    if of != "odds":
        about["measure"] = "relative_reduction"
    args = {"share": 1 - r, "of": of}
    if of == "efficacy":
        args |= {"low": 1 - high, "high": 1 - low}
    errors = {"reduction": shown}
    author.add("reduction in words", "reduction", args, place, label, about, errors=errors)


def words(author, counts, pair, label, place, about, shown=True) -> None:
    """Which group has fewer events."""
    k1, n1, k2, n2 = two_by_two(counts, pair)
    if abs(k1 / n1 - k2 / n2) < 0.01:
        return
    less, more = pair if k1 / n1 < k2 / n2 else pair[::-1]
    less, more = author.trial.arms[less], author.trial.arms[more]
    form = author.rng.choice(
        (
            "less {e} with {a}",
            "fewer patients with {e} in the {a} group",
            "{e} was less frequent with {a} than with {b}",
            "{e} was more frequent with {b}",
            "a lower rate of {e} with {a}",
            "fewer with {a}",
        )
    )
    args = {"text": form.format(e=label.lower(), a=less, b=more)}
    errors = {"swapped": form.format(e=label.lower(), a=more, b=less) if shown else None}
    about = _common(author, pair, about)
    author.add("words", "words_of", args, place, f"{label}, which is less", about, errors=errors)


def yes_no(author, key, label, column, rows, about, place, where, effects, pair_p=True) -> dict:
    """Shares of the arms, p and the effects that are asked for."""
    counts = author.counts(column, rows)
    about = {"outcome": key} | about
    shown = author.shows_count(where)
    author.shares(counts, label, place, where, about)
    if len(author.arms) > 2 and author.whether["a"]:
        p_of_counts(author, counts, author.arms, f"{label}, all groups", place, about, shown)
    for pair in author.pairs():
        _effects(author, counts, pair, label, about, place, effects, pair_p, shown)
    return counts


def _effects(author, counts, pair, label, about, place, effects, pair_p, shown) -> None:
    two = f"{label}, {author.trial.arms[pair[0]]} against {author.trial.arms[pair[1]]}"
    p = test = None
    table = table_of(counts, pair)
    if 0 < sum(r[0] for r in table) < sum(map(sum, table)):
        p, test = author.test_of_counts(table)
    inside = author.whether["b"] and pair_p
    extra = {"p": p, "test": test} if inside and p is not None else {}
    if pair_p and not inside and p is not None:
        p_of_counts(author, counts, pair, two, place, about, shown)
    common = (author, counts, pair, two, place, about)
    for effect in effects:
        if effect == "difference":
            risk_difference(*common, **extra, shown=shown)
        if effect in ("risk", "odds"):
            ratio(*common, odds=effect == "odds", **extra, shown=shown)
        if effect == "needed":
            needed(*common, shown=shown)
        if effect.startswith("reduction"):
            reduction(*common, of=effect.split()[-1], shown=shown)
        if effect == "words":
            words(author, counts, pair, label, place, about, shown)


def means(author, key, label, column, rows, about, place, kind="mean") -> dict:
    """Mean and deviation of each arm; returns the values by arm."""
    d = author.trial.data[rows & column.notna().to_numpy()]
    values = {arm: column[d.index][d.arm == arm].to_numpy(float) for arm in author.arms}
    for arm, x in values.items():
        this = {"outcome": key, "group": arm} | about
        if about.get("population") == "available" and author.habits.numbers_at_visits:
            this["patients"] = str(len(x))
        args, name = {"m": x.mean(), "s": x.std(ddof=1)}, author.trial.arms[arm]
        errors = {"mean": len(x), "sized": "patients" in this or "population" not in this}
        author.add(kind, "mean_sd", args, place, f"{label}, {name}", this, errors=errors)
    return values


def p_of_means(author, key, label, values, pair, about, place, form="p"):
    """A p-value of means, or a t statistic with it."""
    a, b = values[pair[0]], values[pair[1]]
    test = author.habits.means_test
    about = _common(author, pair, {"outcome": key} | about)
    if test == "mann_whitney":
        p = stats.mannwhitneyu(a, b, method="asymptotic").pvalue
        author.p_claim(p, label, place, about | {"test": test})
        return
    *_, p, t, df, _ = by.mean_difference(a, b, test, 0.95)
    about["test"] = author.named(test)
    sized = author.habits.numbers_at_visits or about.get("population") != "available"
    if form == "t":
        args = {"name": "t", "df": (float(df),), "value": t, "p": p}
        author.add("statistic", "statistic", args, place, label, about, errors={"stat": True})
        return
    author.p_claim(p, label, place, about, means=sized)


def mean_difference(author, key, label, values, pair, about, place, with_p=False, error=False):
    """A difference of means with its interval."""
    h, (a, b) = author.habits, (values[x] for x in pair)
    test = "welch" if h.means_test == "welch" else "t"
    d, low, high, p, _, _, se = by.mean_difference(a, b, test, h.level)
    with_p = with_p and h.means_test != "mann_whitney"
    about = _common(author, pair, {"outcome": key} | about)
    about |= {"measure": "mean_difference", "test": author.named(test) if with_p else None}
    args = {"value": d, "low": low, "high": high, "p": float(p) if with_p else None}
    if error:
        args["error"] = se
    spread = float(np.hypot(a.std() / len(a) ** 0.5, b.std() / len(b) ** 0.5))
    errors = {"effect": "means", "spread": spread}
    return author.add("mean difference", "difference", args, place, label, about, errors=errors)
