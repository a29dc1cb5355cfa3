"""Errors in p-values, test statistics, degrees of freedom and conclusions."""

from numpy.random import Generator
from scipy import stats

from fresh_papers.habits import number, p_text, rounded
from fresh_papers.kinds import kind, need, of, set_parts, some, transposed, value
from fresh_papers.paper import Claim, Paper


def _p(paper: Paper, name: str, p: float) -> None:
    """Another p in the form of the paper."""
    claim = paper.claims[name]
    sign = paper.habits.p_sign[0] if claim.role == "p" else ""
    set_parts(paper, name, p=sign + p_text(p, paper.habits))


def _bound(paper: Paper, claim: Claim) -> bool:
    """Whether the lines above a p decide it: counts or means of the arms it compares."""
    return bool(of(paper, claim.section, ("share", "mean", "base", "after", "effect")))


def _far(one: float, two: float) -> bool:
    """On two sides of 0.05, or of very different size."""
    low, high = min(one, two), max(one, two)
    return high > 5 * low + 0.005 and high > 0.02


@kind("p", "The p-value of another line")
def p_copied(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "p", lambda c: _bound(paper, c))
    own = paper.claims[name]
    far = some(paper, rng, "p", lambda c: c is not own and _far(c.raw["p"], own.raw["p"]))
    _p(paper, name, paper.claims[far].raw["p"])
    return [name]


@kind("p", "A p-value with its decimal point shifted")
def p_shifted(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.p != "levels")
    name = some(paper, rng, "p", lambda c: _bound(paper, c) and 0.02 < c.raw["p"] < 0.99)
    _p(paper, name, paper.claims[name].raw["p"] / 10)
    return [name]


@kind("p", "P below a level that it does not reach")
def p_level(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "p", lambda c: _bound(paper, c) and c.raw["p"] > 0.02)
    _p(paper, name, 0.0002)
    return [name]


@kind("p", "A one-sided p where two-sided is stated")
def p_halved(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.named and paper.habits.p != "levels")
    name = some(
        paper, rng, "p",
        lambda c: _bound(paper, c) and 0.01 < c.raw["p"] < 0.8
        and c.about.get("test") in ("t", "welch", "chi_squared", "log_rank"),
    )  # fmt: skip
    _p(paper, name, paper.claims[name].raw["p"] / 2)
    paper.claims[name].about["sides"] = "two_sided"
    return [name]


@kind("words", "“No difference” in the abstract where p is below 0.01")
def none_but_significant(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "side", lambda c: c.raw["p"] < 0.01)
    claim = paper.claims[name]
    claim.form, claim.parts = "no significant difference", {}
    claim.about["concludes"] = "no_difference"
    return [name]


@kind("words", "“Significantly lower” in the abstract where p is above 0.15")
def significant_but_none(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "none", lambda c: c.raw["p"] > 0.15)
    claim = paper.claims[name]
    claim.form = "significantly {side} with {one} than with {two}"
    claim.parts = {
        "side": "lower" if rng.random() < 0.5 else "higher",
        "one": paper.treated.label,
        "two": paper.reference.label,
    }
    claim.about.pop("concludes")
    return [name]


@kind("words", "The side of a significant difference the other way round")
def side_reversed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "side")
    other = "lower" if paper.claims[name].parts["side"] == "higher" else "higher"
    set_parts(paper, name, side=other)
    return [name]


@kind("p", "A p above 0.2 beside an interval that leaves no difference out")
def p_against_interval(paper: Paper, rng: Generator) -> list[str]:
    def decided(claim: Claim) -> bool:
        effects = [c for c in of(paper, claim.section, ("effect",)) if "stratum" not in c.about]
        null = 0.0 if effects and "difference" in str(effects[0].about["measure"]) else 1.0
        return any(null < c.raw["low"] or c.raw["high"] < null for c in effects)

    name = some(paper, rng, "p", lambda c: decided(c) and c.raw["p"] < 0.03)
    _p(paper, name, float(rng.uniform(0.2, 0.8)))
    return [name]


@kind("statistics", "P of a test statistic that is another one's")
def statistic_p(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "statistic")
    own = paper.claims[name].raw["p"]
    other = float(rng.uniform(0.1, 0.6)) if own < 0.04 else own / 15
    need("NS" not in p_text(other, paper.habits))
    _p(paper, name, other)
    return [name]


@kind("statistics", "Degrees of freedom of more patients than there are")
def statistic_df(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "statistic", lambda c: "df" in c.parts and "z" not in c.raw)
    df = int(paper.claims[name].raw["df"])
    set_parts(paper, name, df=str(df + 4 + int(rng.integers(max(10, df // 3)))))
    return [name]


@kind("statistics", "Degrees of freedom of F exchanged")
def f_df_exchanged(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "statistic", lambda c: "df1" in c.parts)
    parts = paper.claims[name].parts
    set_parts(paper, name, df1=parts["df2"], df2=parts["df1"])
    return [name]


@kind("statistics", "F with as many degrees of freedom as groups")
def f_df_groups(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "statistic", lambda c: "df1" in c.parts)
    set_parts(paper, name, df1=str(int(paper.claims[name].parts["df1"]) + 1))
    return [name]


@kind("statistics", "Digits of a test statistic transposed")
def statistic_transposed(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "statistic", lambda c: abs(c.raw["value"]) > 0.3)
    shown = paper.claims[name].parts["value"]
    other = transposed(shown)
    need(abs(value(other) - value(shown)) > 0.25 * abs(value(shown)))
    set_parts(paper, name, value=other)
    return [name]


@kind("statistics", "A test statistic with its p that is not of the groups' numbers")
def statistic_other(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "statistic", lambda c: c.section != "function")
    claim = paper.claims[name]
    raw = claim.raw
    new = abs(raw["value"]) + float(rng.uniform(1.5, 3.0))
    if "df1" in claim.parts:
        p = float(stats.f.sf(new, raw["df1"], raw["df"]))
    elif "z" in raw:
        new += 4
        p = float(stats.chi2.sf(new, raw["df"]))
    else:
        p = float(2 * stats.t.sf(new, raw["df"]))
    need("NS" not in p_text(p, paper.habits))
    shown = number(new if raw["value"] > 0 else -new, 2, paper.habits)
    set_parts(paper, name, value=shown, p=p_text(p, paper.habits))
    return [name]


@kind("p", "A p above 1")
def p_above_one(paper: Paper, rng: Generator) -> list[str]:
    need(paper.habits.p != "levels")
    name = some(paper, rng, "p", lambda c: 0.1 < c.raw["p"] < 0.9)
    shown = paper.habits.p_sign + rounded(10 * paper.claims[name].raw["p"], 2, paper.habits)
    set_parts(paper, name, p=shown)
    return [name]


@kind("p", "A log-rank p that the hazard ratio's interval rules out")
def log_rank_p(paper: Paper, rng: Generator) -> list[str]:
    name = some(paper, rng, "p", lambda c: c.section == "death")
    own = paper.claims[name].raw["p"]
    other = float(rng.uniform(0.25, 0.8)) if own < 0.05 else own / 40
    need(_far(own, other))
    _p(paper, name, other)
    return [name]
