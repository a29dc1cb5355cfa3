"""Our side of the oracle for designs of several factors and for ranks of repeated measures."""

from collections.abc import Iterator
from dataclasses import fields
from math import nan

import numpy as np
from oracle_tables import Numbers, cases, subject, tested, vector

from trialtrace.stats import StatsError
from trialtrace.stats.repeated.anova_general import AnovaEffect, Corrections, repeated_anova
from trialtrace.stats.repeated.contrasts import repeated_contrast
from trialtrace.stats.repeated.eta import partial_eta_squared_interval
from trialtrace.stats.repeated.ordinal_ranks import rank_anova


@subject("repeated_general", "car")
def general() -> Numbers:
    for case, d in cases("repeated_general.csv"):
        y, within, between = _design(d)
        for kind in ("II", "III"):
            options = {"within": within, "between": between, "sums_of_squares": kind}
            last = [*within, *between][-1]
            none, one = (repeated_anova(y, measured=m, **options) for m in ((), (last,)))
            for effect, other in zip(none.effects, one.effects, strict=True):
                name = f"type{kind}." + ":".join(effect.between + effect.within)
                for quantity, value in _effect(effect):
                    yield case, f"{name}.{quantity}", value
                yield case, f"{name}.generalised_last", other.generalised_eta_squared
        yield from _contrasts(case, y, between)
        if len({size for _, size in none.cells}) == 1:
            for effect in none.effects:
                name = "aov." + ":".join(effect.between + effect.within)
                yield case, f"{name}.statistic", effect.f
                yield case, f"{name}.p_value", effect.p_value


def _design(d: dict[str, np.ndarray]) -> tuple[np.ndarray, list[str], dict[str, np.ndarray]]:
    """The table of one design: responses, names of factors within, labels of those between."""
    used = [name for name in d if name[0] in "gw" and set(map(str, d[name])) != {"-"}]
    within = [name for name in used if name[0] == "w"]
    levels = [len(set(d[name])) for name in within]
    y = d["value"].reshape(-1, *levels)
    first = np.unique(d["subject"], return_index=True)[1]
    return y, within, {name: d[name][first] for name in used if name[0] == "g"}


def _effect(effect: AnovaEffect) -> Iterator[tuple[str, float]]:
    for part in ("f", "df1", "df2", "p_value", "sum_of_squares", "error_sum_of_squares"):
        yield part, getattr(effect, part)
    yield "partial_eta_squared", effect.partial_eta_squared
    interval = partial_eta_squared_interval(effect.f, effect.df1, effect.df2, confidence=0.9)
    yield "partial_eta_low", interval.low
    yield "partial_eta_high", interval.high
    yield "generalised_none", effect.generalised_eta_squared
    if effect.corrections is None:
        return
    for field in fields(Corrections):
        value = getattr(effect.corrections, field.name)
        if isinstance(value, float):
            yield field.name, value
        else:
            for part in fields(value):
                yield f"{field.name}.{part.name}", getattr(value, part.name)


def _contrasts(case: str, y: np.ndarray, between: dict[str, np.ndarray]) -> Numbers:
    n, k = y.shape[0], int(np.prod(y.shape[1:]))
    cells = ["".join(labels) for labels in zip(*between.values(), strict=True)] or ["all"] * n
    names = sorted(set(cells))
    g = len(names)

    def centred(count: int) -> np.ndarray:
        return np.arange(count) - (count - 1) / 2

    plans = {
        "within": (centred(k), np.full(g, 1 / g)),
        "between": (np.full(k, 1 / k), centred(g)),
        "both": (centred(k), centred(g)),
    }
    for name, (weights, of_cells) in plans.items():
        if (g == 1 and name != "within") or (k == 1 and name != "between"):
            continue
        for variance in ("pooled", "separate"):
            try:
                fit = repeated_contrast(
                    y,
                    within=weights.reshape(y.shape[1:]),
                    cells=cells,
                    between=dict(zip(names, of_cells, strict=True)),
                    variance=variance,
                    confidence=0.95,
                    sides="two_sided",
                )
                bounds = fit.estimate, fit.interval.low, fit.interval.high
                values = (*bounds, fit.standard_error, fit.statistic, fit.df, fit.p_value)
            except StatsError:
                values = (nan,) * 7
            parts = ("estimate", "low", "high", "se", "t", "df", "p_value")
            for part, value in zip(parts, values, strict=True):
                yield case, f"contrast.{name}.{variance}.{part}", value


@subject("ordinal_ranks")
def ordinal() -> Numbers:
    for case, d in cases("ordinal_ranks.csv"):
        first = d["visit"] == 1
        fit = rank_anova(d["value"].reshape(first.sum(), -1), d["arm"][first])
        yield from vector(case, "relative_effect", fit.relative_effects.reshape(-1))
        for name in ("between", "between_box", "within", "interaction"):
            test = getattr(fit, name)
            yield from tested(case, f"{name}", test, df=True)
        yield case, "between_box.df2", fit.between_box.df2
