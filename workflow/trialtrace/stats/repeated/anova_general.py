"""Analysis of variance with any number of factors within and between subjects.

Decomposes responses of subjects who stand in the cells of the factors between them and answer
under every combination of the factors within. Each effect within subjects is a set of orthonormal
contrasts of the responses; on these contrasts the factors between subjects form a multivariate
linear model. The univariate F test uses the traces of its hypothesis and error matrices, the
corrections for non-sphericity and Mauchly's test the error matrix, pooled within cells.

Numbers agree with car::Anova(idata =, idesign =) and its summary under contr.sum. Not for missing
responses: subjects must be complete, where a mixed model would use what there is.

References: Greenhouse and Geisser, Psychometrika 1959;24:95. Huynh and Feldt, J Educ Stat
1976;1:69. Lecoutre, J Educ Stat 1991;16:371. Mauchly, Ann Math Stat 1940;11:204. Fox, Friendly
and Weisberg, R Journal 2013;5:39 (hypothesis tests in the multivariate model). Effect sizes: see
`eta`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import frexp, inf, ldexp, nan, prod

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats
from trialtrace.stats._inputs import as_list, check_choice, f_tail, numbers
from trialtrace.stats.repeated._factorial import (
    Cells,
    Term,
    between_bases,
    factorial_cells,
    subsets,
    within_columns,
)
from trialtrace.stats.repeated.eta import generalised_eta_squared
from trialtrace.stats.repeated.sphericity import Sphericity, sphericity
from trialtrace.stats.results import Row, StatsError, Tabular


@dataclass(frozen=True, slots=True)
class Effect:
    """One F test. Eta squared: partial, and generalised (all factors manipulated)."""

    f: float
    df1: float
    df2: float
    p_value: float
    sum_of_squares: float
    error_sum_of_squares: float
    partial_eta_squared: float
    generalised_eta_squared: float


@dataclass(frozen=True, slots=True)
class Corrected:
    """An F test whose degrees of freedom are multiplied by epsilon, or by 1 where it is larger.

    `epsilon` is as the formula gives it; the rest is NaN where that is NaN or not positive.
    """

    epsilon: float
    df1: float
    df2: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Corrections:
    """The four corrections of an effect within subjects, and Mauchly's test of its error.

    Greenhouse-Geisser; Huynh-Feldt as corrected by Lecoutre (car); Huynh-Feldt as published in
    1976, with the number of subjects where Lecoutre has subjects - cells + 1; lower bound 1 / d.
    `mauchly_p` is R's, with all columns of the responses in the second-order term;
    `mauchly_p_anderson` has d there, as published. NaN: see `sphericity`.
    """

    greenhouse_geisser: Corrected
    huynh_feldt_lecoutre: Corrected
    huynh_feldt_1976: Corrected
    lower_bound: Corrected
    mauchly_w: float
    mauchly_p: float
    mauchly_p_anderson: float


@dataclass(frozen=True, slots=True)
class AnovaEffect:
    """One F test. `corrections` is None for an effect between subjects, which needs none."""

    between: Term
    within: Term
    f: float
    df1: float
    df2: float
    p_value: float
    sum_of_squares: float
    error_sum_of_squares: float
    partial_eta_squared: float
    generalised_eta_squared: float
    corrections: Corrections | None


def _effect_row(name: str, effect: Effect | AnovaEffect, epsilon: float, p_value: float) -> Row:
    """An effect as a row: its test, the correction by Greenhouse and Geisser (NaN where an effect
    needs none), its size."""
    return {
        "effect": name,
        "f": effect.f,
        "df1": effect.df1,
        "df2": effect.df2,
        "p_value": effect.p_value,
        "epsilon_gg": epsilon,
        "p_gg": p_value,
        "partial_eta_squared": effect.partial_eta_squared,
    }


def _row(effect: AnovaEffect) -> Row:
    name = ":".join(map(str, effect.between + effect.within))
    corrected = effect.corrections.greenhouse_geisser if effect.corrections else None
    if corrected is None:
        return _effect_row(name, effect, nan, nan)
    return _effect_row(name, effect, corrected.epsilon, corrected.p_value)


@dataclass(frozen=True, slots=True, repr=False)
class Anova(Tabular):
    """All effects of a design, those of the factors between subjects first.

    `cells` holds the levels of the factors between subjects for each cell and its size.
    """

    n_subjects: int
    cells: tuple[tuple[tuple[object, ...], int], ...]
    sums_of_squares: str
    measured: tuple[str, ...]
    effects: tuple[AnovaEffect, ...]

    def rows(self) -> list[Row]:
        return [_row(effect) for effect in self.effects]

    def effect(self, *factors: str) -> AnovaEffect:
        """Return the effect of these factors, in any order; `StatsError` where there is none."""
        for effect in self.effects:
            if set(effect.between + effect.within) == set(factors):
                return effect
        raise StatsError(f"the design has no effect of {', '.join(factors) or 'nothing'}.")


def repeated_anova(
    y: ArrayLike,
    *,
    within: Sequence[str],
    between: Mapping[str, ArrayLike],
    sums_of_squares: str,
    measured: Collection[str],
) -> Anova:
    """Analysis of variance of y, shape (subjects, levels of the first factor within, ...).

    `within` names the axes of y after the first; `between` gives for each factor between
    subjects its labels, shape (subjects,). Either may be empty, not both. All interactions are
    in the model. `sums_of_squares` "II" tests an effect after all that do not contain it, "III"
    after all others, at unweighted means over cells (SPSS, afex); in equal cells they agree.
    `measured` names the factors that were measured and not manipulated; only generalised eta
    squared depends on it. Type II and III for effects of factors within follow car, so type II
    takes their means over subjects, whatever the cell.

    Raises `StatsError` for missing responses or labels, a factor of one level, names used twice,
    a cell without subjects, no more subjects than cells, or an error term with nothing left in
    it, as in constant data. Oracle: car, tests/oracle/repeated_general.R, 1e-8.

    R: `car::Anova(lm(Y ~ 1), idata = idata, idesign = ~a * b, type = "III")`.

    >>> y = [[1, 2, 4], [2, 2, 3], [0, 3, 3.5], [1, 1, 5], [2, 4, 4], [1, 3, 6]]
    >>> given = {"within": ["visit"], "between": {"arm": list("aaabbb")}, "measured": []}
    >>> found = repeated_anova(y, **given, sums_of_squares="III")
    >>> [round(effect.f, 4) for effect in found.effects]
    [4.5676, 13.5921, 0.6447]
    """
    check_choice("sums_of_squares", sums_of_squares, ("II", "III"))
    if isinstance(within, str):
        raise StatsError(f"within must be a list of names; got {within!r}.")
    within = as_list(within, "within")
    y, exponent = _responses(y, tuple(within), tuple(between))
    cells = factorial_cells(between, y.shape[0])
    levels, flat = y.shape[1:], y.reshape(y.shape[0], -1)
    bases = between_bases(cells, sums_of_squares)
    means = cells.means(flat)
    residual = flat - means[cells.of_subject]
    scaled = np.sqrt(cells.size)[:, None] * means

    found, errors = [], []
    for term in subsets(within):
        columns = within_columns(within, levels, term)
        scores = residual @ columns
        error = scores.T @ scores
        if term or between:
            _check_error(float(np.trace(error)), flat, (*between, *within), term)
        errors.append(float(np.trace(error)))
        centres = scaled @ columns
        for group, basis in bases.items():
            if term or group:
                square = float(np.sum((basis.T @ centres) ** 2))
                found.append((group, term, square, basis.shape[1], error))
    effects = _effects(found, errors, cells, prod(levels), measured, exponent)
    combinations = zip(cells.codes, cells.size, strict=True)
    named = tuple(
        (tuple(level[i] for level, i in zip(cells.levels, code, strict=False)), int(size))
        for code, size in combinations
    )
    return Anova(y.shape[0], named, sums_of_squares, tuple(measured), effects)


def _effects(
    sums: Sequence[tuple[Term, Term, float, int, Floats]],
    errors: Sequence[float],
    cells: Cells,
    columns: int,
    measured: Collection[str],
    exponent: int,
) -> tuple[AnovaEffect, ...]:
    """Turn sums of squares into F tests with their effect sizes and corrections."""
    n, df = cells.of_subject.size, cells.of_subject.size - cells.size.size
    terms = [group + term for group, term, *_ in sums]
    squares = [square for _, _, square, *_ in sums]
    general = generalised_eta_squared(terms, squares, errors, measured=measured)
    shapes: dict[Term, Sphericity] = {}
    effects = []
    for (group, term, square, rank, error), eta in zip(sums, general, strict=True):
        d, rest = error.shape[0], float(np.trace(error))
        df1, df2 = float(rank * d), float(df * d)
        f = (square / df1) / (rest / df2)
        corrections = None
        if term:
            if term not in shapes:
                shapes[term] = sphericity(error, df, subjects=n, columns=columns)
            corrections = _corrections(f, df1, df2, shapes[term], d)
        effects.append(
            AnovaEffect(
                group,
                term,
                f,
                df1,
                df2,
                f_tail(f, df1, df2),
                _in_units(square, exponent),
                _in_units(rest, exponent),
                square / (square + rest),
                float(eta),
                corrections,
            )
        )
    return tuple(effects)


def _corrections(f: float, df1: float, df2: float, shape: Sphericity, d: int) -> Corrections:
    epsilons = (shape.epsilon_gg, shape.epsilon_hf, shape.epsilon_hf_1976, 1 / d)
    gg, hf, hf_1976, lowest = (corrected_test(f, df1, df2, epsilon) for epsilon in epsilons)
    return Corrections(
        gg, hf, hf_1976, lowest, shape.mauchly_w, shape.mauchly_p, shape.mauchly_p_anderson
    )


def corrected_test(f: float, df1: float, df2: float, epsilon: float) -> Corrected:
    """Multiply both degrees of freedom of an F test by epsilon, by 1 where it is larger.

    NaN but for `epsilon` where that is NaN or not positive, which the Huynh-Feldt formulas give
    on very few degrees of freedom.
    """
    if not epsilon > 0:
        return Corrected(epsilon, nan, nan, nan)
    scale = min(epsilon, 1.0)
    return Corrected(epsilon, df1 * scale, df2 * scale, f_tail(f, df1 * scale, df2 * scale))


def _in_units(square: float, exponent: int) -> float:
    """A sum of squares in the squared unit of the responses, infinite where it is too large."""
    try:
        return ldexp(square, 2 * exponent)
    except OverflowError:
        return inf


def _responses(y: ArrayLike, within: Term, between: Term) -> tuple[Floats, int]:
    """Check the table, measure it from its mean and by a power of 2, which it returns too.

    Neither changes an effect: the first rounds less, the second keeps squares in range.
    """
    y = numbers(y, "y")
    names = within + between
    if any(not isinstance(name, str) for name in names):
        raise StatsError(f"factors need names in words; got {names!r}.")
    if len(set(names)) < len(names) or not names:
        raise StatsError(f"factors need names that differ; got {', '.join(names) or 'none'}.")
    if y.ndim != 1 + len(within):
        shape = ", ".join(("subjects", *within))
        raise StatsError(f"y must have shape ({shape}); got {y.shape}.")
    for name, k in zip(within, y.shape[1:], strict=True):
        if k < 2:
            raise StatsError(f"{name} has {k} level; repeated measures need at least two.")
    if y.shape[0] < 2:
        raise StatsError(f"y has {y.shape[0]} subjects; at least 2 are needed.")
    if y.min() == y.max():
        raise StatsError("all responses are equal, so there is no variation to analyse.")
    exponent = frexp(np.abs(y).max())[1]
    y = np.ldexp(y, -exponent)
    return y - y.mean(), exponent


def _check_error(trace: float, flat: Floats, factors: Sequence[str], term: Term) -> None:
    """Refuse an error term that is nothing but rounding: its F would be a random number."""
    rounding = 16 * np.finfo(np.float64).eps * np.abs(flat).max()
    if trace <= flat.size * rounding**2:
        where = f"within subjects ({' x '.join(term)})" if term else "between subjects"
        raise StatsError(
            f"there is no variation beyond what {' and '.join(factors)} explain, {where}, so F is "
            "not defined."
        )
