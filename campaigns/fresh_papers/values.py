"""Sections of a report on values: means, items, medians, repeated visits, times to an event."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fresh_papers import formulas as f
from fresh_papers import times
from fresh_papers.habits import number, p_text, rounded
from fresh_papers.paper import Paper

Floats = NDArray[np.float64]
TESTS = {"student": "t", "welch": "welch", "z": "other"}


def spread(
    paper: Paper,
    section: str,
    values: Floats,
    *,
    label: str,
    arm: str,
    places: int,
    place: str = "table 2",
    role: str = "mean",
    words: bool = False,
    **about: object,
) -> str:
    """Mean with a deviation, an error or an interval, in the paper's form."""
    habits, n = paper.habits, len(values)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    error = sd / math.sqrt(n)
    form = "words" if words else habits.spread
    parts = {"mean": number(mean, places, habits), "sd": rounded(sd, places, habits)}
    text = {
        "words": "mean (SD) {mean} ({sd})",
        "plus": "{mean} ± {sd}",
        "error": "mean (SE) {mean} ({sd})",
        "interval": "mean {mean} (95% CI {low} to {high})",
    }[form]
    if form == "error":
        parts["sd"] = rounded(error, places + 1, habits)
    half = error * float(stats.t.ppf(0.975, n - 1))
    if form == "interval":
        parts |= paper.limits(mean - half, mean + half, places)
    known: dict[str, object] = {"outcome": section, **about}
    if habits.sizes == "patients" or "population" in about:
        known["patients"] = str(n)
    return paper.add(
        section, role, label, text, parts, known, place=place, arm=arm,
        mean=mean, sd=sd, error=error, half=half, n=n, places=places,
    )  # fmt: skip


def baseline_values(paper: Paper) -> None:
    """Age and weight as mean and SD with the column of all in some, duration as a median."""
    rng = paper.rng
    with_all, with_p = bool(rng.random() < 0.4), bool(rng.random() < 0.35)
    for name, label, mean, sd in (("age", "Age, years", 61, 10), ("weight", "Weight, kg", 76, 14)):
        paper.outcome(name, label)
        drawn = {arm.name: rng.normal(mean, sd, arm.analysed).round(1) for arm in paper.arms}
        for arm in paper.arms:
            spread(
                paper, name, drawn[arm.name], label=f"{label}, {arm.label}", arm=arm.name,
                places=1, place="table 1", role="base", words=paper.habits.spread != "plus",
            )  # fmt: skip
        if with_all:
            spread(
                paper, name, np.concatenate(list(drawn.values())), label=f"{label}, all",
                arm="all", places=1, place="table 1", role="base",
                words=paper.habits.spread != "plus",
            )  # fmt: skip
        if with_p and len(paper.arms) == 2:
            p = f.means("student", *(drawn[arm] for arm in paper.pair))[3]
            paper.p(name, p, paper.pair, test="t")
    paper.outcome("duration", "Duration of the disease, years")
    for arm in paper.arms:
        years = rng.gamma(1.6, 4, arm.analysed).round(0)
        _median(paper, "duration", years, label=f"Duration, {arm.label}", arm=arm.name)


def _median(
    paper: Paper, section: str, values: Floats, *, label: str, arm: str, places: int = 0
) -> None:
    """Median with quartiles, in some papers with the ends."""
    habits = paper.habits
    wide = paper.seed % 5 == 0
    ends = (0, 100) if wide else (25, 75)
    low, middle, high = (float(np.percentile(values, at)) for at in (ends[0], 50, ends[1]))
    # R's and SPSS's quantiles lie at halves where values are whole.
    places = max(places, 1 if (2 * middle) % 2 else 0)
    parts = {
        "mid": rounded(middle, places, habits),
        "low": rounded(low, places, habits),
        "high": rounded(high, places, habits),
        "word": "range" if wide else "IQR",
    }
    known: dict[str, object] = {"outcome": section}
    if habits.sizes == "patients":
        known["patients"] = str(len(values))
    paper.add(
        section, "median", label, "median ({word}) {mid} ({low}–{high})", parts, known,
        place="table 1" if section == "duration" else "table 2", arm=arm,
        mid=middle, low=low, high=high, places=places, n=len(values),
    )  # fmt: skip


def continuous(paper: Paper, *, abstract: bool) -> None:
    """A score at baseline, at the end and as change, with t or F, a difference and its interval."""
    rng, habits = paper.rng, paper.habits
    paper.outcome("score", "Symptom score")
    sd, start = float(rng.uniform(3, 18)), float(rng.uniform(30, 60))
    effect = float(rng.choice([0.0, 0.3, 0.6, 1.0])) * sd * -1
    lost = 0.06 if rng.random() < 0.3 else 0.0
    within = paper.observed(lost)
    final: dict[str, Floats] = {}
    change: dict[str, Floats] = {}
    for arm in paper.arms:
        n = arm.analysed - int(rng.binomial(arm.analysed, lost))
        before = rng.normal(start, sd, n)
        shift = -0.3 * sd + (effect if arm.name != paper.control else 0.0)
        after = start + 0.6 * (before - start) + shift + rng.normal(0, 0.8 * sd, n)
        final[arm.name], change[arm.name] = after, after - before
        label = f"Score, {arm.label}"
        at = {"label": label, "arm": arm.name, "places": habits.mean, **within}
        spread(paper, "score", before, visit="baseline", role="before", **at)
        spread(paper, "score", after, visit="12 weeks", role="after", **at)
        spread(paper, "score", after - before, visit="12 weeks", change=True, role="change", **at)
    new, old = (final[arm] for arm in paper.pair)
    limits, value, df, p = f.means(habits.means_test, new, old)
    about: dict[str, object] = {
        "outcome": "score", "visit": "12 weeks", "compare": paper.pair, **within,
    }  # fmt: skip
    parts = {"est": number(limits[0], habits.mean, habits)}
    parts |= paper.limits(*limits[1:], habits.mean)
    paper.add(
        "score", "effect", "Treatment against control", "{est} " + paper.interval, parts,
        about | {"measure": "mean_difference"}, est=limits[0], low=limits[1], high=limits[2],
        places=habits.mean,
    )  # fmt: skip
    if len(paper.arms) > 2:
        groups = list(final.values())
        result = stats.f_oneway(*groups)
        _f(paper, "score", float(result.statistic), len(groups) - 1,
           sum(map(len, groups)) - len(groups), float(result.pvalue),
           about | {"compare": "all"})  # fmt: skip
    elif habits.means_test == "student" and "NS" not in p_text(p, habits):
        parts = {"df": f"{df:.0f}", "value": number(value, 2, habits), "p": p_text(p, habits)}
        paper.add(
            "score", "statistic", "Treatment against control", "t({df}) = {value}, p{p}", parts,
            about, value=value, df=df, p=p,
        )  # fmt: skip
    known = {"test": TESTS[habits.means_test]}
    paper.p("score", p, paper.pair, visit="12 weeks", **known, **within)
    if abstract:
        _abstract(paper, "score", p, limits[0], about)


def _f(
    paper: Paper, section: str, value: float, df1: int, df2: int, p: float,
    about: Mapping[str, object],
) -> None:  # fmt: skip
    shown = p_text(p, paper.habits)
    if "NS" in shown:
        return
    parts = {"df1": str(df1), "df2": str(df2), "value": rounded(value, 2, paper.habits), "p": shown}
    paper.add(
        section, "statistic", "All groups", "F({df1}, {df2}) = {value}, p{p}", parts, dict(about),
        value=value, df=df2, df1=df1, p=p,
    )  # fmt: skip


def _abstract(
    paper: Paper, section: str, p: float, difference: float, about: Mapping[str, object]
) -> None:
    """Mean of each side and the conclusion in the abstract."""
    for arm in paper.pair:
        claim = next(
            c for c in paper.claims.values()
            if c.section == section and c.role == "after" and c.arm == arm
        )  # fmt: skip
        paper.add(
            section, "abstract", f"{claim.label}, abstract", "mean {mean}",
            {"mean": claim.parts["mean"]}, dict(claim.about), place="abstract", arm=arm,
            **claim.raw,
        )  # fmt: skip
    if p > 0.05:
        paper.add(
            section, "none", "Conclusion", "no significant difference", {},
            dict(about) | {"concludes": "no_difference"}, place="abstract", p=p,
        )  # fmt: skip
    elif p < 0.04:
        parts = {"side": "lower" if difference < 0 else "higher",
                 "one": paper.treated.label, "two": paper.reference.label}  # fmt: skip
        paper.add(
            section, "side", "Conclusion", "significantly {side} with {one} than with {two}",
            parts, dict(about), place="abstract", p=p, difference=difference,
        )  # fmt: skip


def item(paper: Paper) -> None:
    """A whole-number rating, such as pain from 0 to 10, as mean and SD with two decimals."""
    rng, habits = paper.rng, paper.habits
    low, high = [(0, 10), (1, 5), (1, 7), (0, 10)][int(rng.integers(4))]
    paper.outcome("pain", "Rating of pain", whole=True, scale={"from": str(low), "to": str(high)})
    drawn = {}
    for arm in paper.arms:
        mean = (0.55 if arm.name == paper.control else 0.45) * (high - low) + low
        values = rng.normal(mean, 0.25 * (high - low), arm.analysed).round().clip(low, high)
        drawn[arm.name] = values
        spread(
            paper, "pain", values, label=f"Pain, {arm.label}", arm=arm.name, places=2,
            words=habits.spread != "plus", visit="6 weeks",
        )  # fmt: skip
    p = f.means(habits.means_test, *(drawn[arm] for arm in paper.pair))[3]
    paper.p("pain", p, paper.pair, visit="6 weeks", test=TESTS[habits.means_test])


def skewed(paper: Paper) -> None:
    """Days in hospital: medians, Mann and Whitney's p or Kruskal and Wallis's."""
    rng = paper.rng
    paper.outcome("stay", "Stay in hospital, days")
    drawn = {}
    for arm in paper.arms:
        scale = 5.0 if arm.name == paper.control else float(rng.choice([5.0, 3.6]))
        drawn[arm.name] = np.ceil(rng.lognormal(math.log(scale), 0.7, arm.analysed))
        _median(paper, "stay", drawn[arm.name], label=f"Stay, {arm.label}", arm=arm.name)
    p = float(stats.mannwhitneyu(*(drawn[arm] for arm in paper.pair), method="asymptotic").pvalue)
    paper.p("stay", p, paper.pair, test="mann_whitney")


def repeated(paper: Paper) -> None:
    """A score at four visits, the F of arm by visit."""
    rng, habits = paper.rng, paper.habits
    paper.outcome("function", "Physical function")
    visits = ["baseline", "4 weeks", "8 weeks", "24 weeks"][: int(rng.integers(3, 5))]
    drawn = []
    for arm in paper.arms:
        slope = 1.0 if arm.name == paper.control else float(rng.choice([1.0, 2.5]))
        person = rng.normal(50, 8, (arm.analysed, 1))
        drawn.append(
            person + slope * np.arange(len(visits)) + rng.normal(0, 5, (arm.analysed, len(visits)))
        )
        for place, visit in enumerate(visits):
            spread(
                paper, "function", drawn[-1][:, place], label=f"Function, {visit}, {arm.label}",
                arm=arm.name, places=habits.mean, role="visit", visit=visit,
            )  # fmt: skip
    value, df1, df2, p = f.sides_by_visits(drawn)
    about = {"outcome": "function", "compare": "all", "basis": "model"}
    _f(paper, "function", value, df1, df2, p, about)


def survival(paper: Paper) -> None:
    """Deaths, survival at one and two years, medians, hazard ratio, log-rank p."""
    rng, habits = paper.rng, paper.habits
    paper.outcome("death", "Death from any cause")
    scale = float(rng.uniform(10, 40))
    effect = float(rng.choice([1.0, 0.8, 0.62, 0.5]))
    follow = float(rng.uniform(30, 60))
    time, event = {}, {}
    for arm in paper.arms:
        ratio = 1.0 if arm.name == paper.control else effect
        life = scale * rng.weibull(1.15, arm.analysed) / ratio
        end = rng.uniform(follow - 12, follow, arm.analysed)
        time[arm.name], event[arm.name] = np.minimum(life, end), life <= end
        deaths = int(event[arm.name].sum())
        paper.share("death", deaths, arm.analysed, label=f"Deaths, {arm.label}", arm=arm.name)
        _curve(paper, arm.name, arm.label, time[arm.name], event[arm.name])
    one, two = paper.pair
    both = np.concatenate([time[one], time[two]]), np.concatenate([event[one], event[two]])
    treated = np.arange(len(both[0])) < len(time[one])
    beta, error = times.cox(*both, treated)
    limits = [math.exp(beta + side * f.Z * error) for side in (0, -1, 1)]
    parts = {"est": number(limits[0], habits.ratio, habits)}
    parts |= paper.limits(*limits[1:], habits.ratio)
    about: dict[str, object] = {"outcome": "death", "compare": paper.pair}
    paper.add(
        "death", "effect", "Death, treatment against control",
        "hazard ratio {est} " + paper.interval, parts, about | {"measure": "hazard_ratio"},
        est=limits[0], low=limits[1], high=limits[2], places=habits.ratio,
    )  # fmt: skip
    paper.p("death", times.log_rank(*both, treated), paper.pair, test="log_rank")
    if rng.random() < 0.5:
        paper.add(
            "death", "abstract", "Death, hazard ratio, abstract", "hazard ratio {est} " +
            paper.interval, dict(parts), about | {"measure": "hazard_ratio"}, place="abstract",
            est=limits[0], low=limits[1], high=limits[2], places=habits.ratio,
        )  # fmt: skip


def _curve(paper: Paper, arm: str, label: str, time: Floats, event: NDArray[np.bool_]) -> None:
    habits = paper.habits
    for months in (12, 24):
        s, low, high = (100 * each for each in times.share_at(time, event, months))
        parts = {"pct": rounded(s, habits.percent, habits)}
        parts |= paper.limits(low, high, habits.percent)
        paper.add(
            "death", "alive", f"Survival at {months} months, {label}", "{pct}% " + paper.interval,
            parts, {"outcome": "death", "basis": "curve", "visit": f"{months} months",
                    "category": "alive"},
            arm=arm, share=s, low=low, high=high, months=months,
        )  # fmt: skip
    middle, below, above = times.median(time, event)
    if middle is None or below is None or above is None:
        return
    parts = {"mid": rounded(middle, 1, habits), **paper.limits(below, above, 1)}
    paper.add(
        "death", "lived", f"Median survival, {label}", "median {mid} " + paper.interval, parts,
        {"outcome": "death", "basis": "curve"}, arm=arm, mid=middle, low=below, high=above,
    )  # fmt: skip
