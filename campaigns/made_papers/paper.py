"""A paper with true numbers: arms, a table of baseline values, outcomes, effects, test statistics.

A claim keeps its printed parts as texts, so that an error can be planted into one of them. A link
names claims that have to agree, and the method that the paper states for them.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from made_papers import formulas as f

Parts = dict[str, str]
ARMS = ("new", "usual", "third")
SHARE = "{count}/{n} ({percent}%)"
TESTS = ("chi_squared", "chi_squared_corrected", "fisher")
INTERVALS = ("wald", "wilson", "clopper_pearson", "jeffreys")


@dataclass
class Claim:
    form: str
    parts: Parts
    about: dict[str, Any]
    place: str = "table"

    @property
    def printed(self) -> str:
        return self.form.format(**self.parts)


@dataclass
class Link:
    """Claims that have to agree; `with_` are further settings of the method behind them."""

    kind: str
    claims: tuple[str, ...]
    with_: dict[str, Any] = field(default_factory=dict)


@dataclass
class Paper:
    arms: dict[str, int]
    treated: dict[str, int]
    percent: int
    p: int
    claims: dict[str, Claim] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    truth: dict[str, Any] = field(default_factory=dict)

    def sizes(self, population: str) -> dict[str, int]:
        return self.arms if population == "itt" else self.treated

    def document(self) -> dict[str, Any]:
        """The paper as a ledger."""
        groups = {
            name: {"label": name, "randomised": str(n), "control": name == "usual"}
            for name, n in self.arms.items()
        }
        sizes = {name: str(n) for name, n in self.treated.items()}
        whole = self.truth["whole"]
        return {
            "papers": {"main": "A made-up paper"},
            "groups": groups,
            "populations": {
                "itt": {
                    "label": "intention to treat",
                    "everyone": True,
                    "sizes": {name: str(n) for name, n in self.arms.items()},
                },
                "treated": {"label": "treated", "sizes": sizes},
            },
            "outcomes": {
                name: {"label": name} | ({"whole": True} if name in whole else {})
                for name in self.truth["outcomes"]
            },
            "claims": {
                name: {
                    "from": "main",
                    "place": one.place,
                    "label": name,
                    "printed": one.printed,
                    "about": one.about,
                }
                for name, one in self.claims.items()
            },
        }


def paper(seed: int) -> Paper:
    """The paper of a seed, all of its numbers true and rounded half up."""
    rng = np.random.default_rng([20261120, seed])
    names = ARMS[: 2 + (seed % 3 == 0)]
    size = int(rng.integers(18, 121))
    arms = {name: size + int(rng.integers(-3, 4)) for name in names}
    treated = {name: n - int(rng.integers(0, 5)) for name, n in arms.items()}
    made = Paper(arms, treated, int(rng.integers(0, 2)), int(rng.integers(2, 4)))
    made.truth = {"whole": set(), "outcomes": []}
    for number in range(3):
        _shares(made, rng, f"trait{number}", "itt", float(rng.uniform(0.15, 0.85)))
    for number in range(3):
        _means(made, rng, f"measure{number}", whole=number == 0, effect=number == 2)
    _categories(made, rng)
    primary = "itt" if rng.random() < 0.5 else "treated"
    _shares(made, rng, "primary", primary, float(rng.uniform(0.25, 0.75)), main=True)
    _total(made, "primary", primary)
    _hazard(made, rng)
    _statistics(made, rng)
    return made


def _shares(
    made: Paper,
    rng: np.random.Generator,
    outcome: str,
    population: str,
    risk: float,
    *,
    main: bool = False,
) -> None:
    """Counts and percentages of the arms, p by a stated test; for the main one intervals too."""
    made.truth["outcomes"].append(outcome)
    n = made.sizes(population)
    risks = {name: np.clip(risk + rng.normal(0, 0.08), 0.1, 0.9) for name in n}
    x = {name: int(np.clip(rng.binomial(m, risks[name]), 2, m - 2)) for name, m in n.items()}
    form, method = ("{count} ({percent}%)" if rng.random() < 0.5 else SHARE), None
    if main:
        method = str(rng.choice(INTERVALS))
        form = "{count}/{n} ({percent}%; 95% CI {low} to {high})"
    for name, m in n.items():
        parts = {"count": str(x[name]), "percent": f.show(100 * x[name] / m, made.percent)}
        about = {"outcome": outcome, "group": name, "population": population}
        if "{n}" in form:
            parts["n"] = str(m)
        if method is not None:
            bounds = f.share_interval(x[name], m, method, 0.95)
            parts |= dict(zip(("low", "high"), (f.show(b, 1) for b in bounds), strict=True))
            about["interval"] = method
        made.claims[f"{outcome}_{name}"] = Claim(form, parts, about)
        made.links.append(
            Link("share", (f"{outcome}_{name}",), {"n": m, "interval": method, "group": name})
        )
    made.truth[outcome] = {"x": x, "n": n, "population": population}
    if main:
        _effects(made, rng, outcome, population)
    else:
        test = str(rng.choice(TESTS if len(n) == 2 else ("chi_squared", "fisher")))
        _count_p(made, outcome, tuple(n), population, test)


def _count_p(
    made: Paper, outcome: str, groups: tuple[str, ...], population: str, test: str
) -> None:
    x, n = ([made.truth[outcome][key][name] for name in groups] for key in ("x", "n"))
    about = {"outcome": outcome, "compare": list(groups), "population": population, "test": test}
    name = f"{outcome}_p"
    made.claims[name] = Claim("{p}", {"p": f.show_p(f.count_p(x, n, test), made.p)}, about)
    made.links.append(Link("count_p", (name, *(f"{outcome}_{g}" for g in groups)), {"n": n}))


def _effects(made: Paper, rng: np.random.Generator, outcome: str, population: str) -> None:
    """Difference or ratio of each arm against usual care, with interval and p of a stated test."""
    for name in (one for one in made.arms if one != "usual"):
        pair = [name, "usual"]
        x, n = ([made.truth[outcome][key][one] for one in pair] for key in ("x", "n"))
        measure = str(rng.choice(["risk_difference", "risk_ratio", "odds_ratio"]))
        method = "newcombe" if measure == "risk_difference" and rng.random() < 0.5 else "wald"
        test, places = str(rng.choice(TESTS)), 1 if measure == "risk_difference" else 2
        about = {
            "outcome": outcome,
            "compare": pair,
            "population": population,
            "measure": measure,
            "test": test,
        }
        if method == "wald":
            about["interval"] = "wald" if measure == "risk_difference" else "log"
        unit = "%" if measure == "risk_difference" else ""
        values = f.effect(measure, x, n, method, 0.95)
        texts = [f.show(value, places) for value in values]
        parts = dict(zip(("value", "low", "high"), texts, strict=True))
        parts["p"] = f.show_p(f.count_p(x, n, test), made.p)
        claim = f"{outcome}_effect_{name}"
        form = "{value}" + unit + " (95% CI {low} to {high}), {p}"
        made.claims[claim] = Claim(form, parts, about, "abstract")
        made.links.append(
            Link(
                "effect",
                (claim, *(f"{outcome}_{g}" for g in pair)),
                {"n": n, "measure": measure, "method": method},
            )
        )


def _means(
    made: Paper, rng: np.random.Generator, outcome: str, *, whole: bool, effect: bool
) -> None:
    """Means and standard deviations of all randomised, and p of two arms by a stated t test."""
    made.truth["outcomes"].append(outcome)
    if whole:
        made.truth["whole"].add(outcome)
    middle, spread = rng.uniform(20, 90), rng.uniform(3, 15)
    truth: dict[str, Any] = {"mean": {}, "sd": {}}
    for name, n in made.arms.items():
        values = rng.normal(middle + rng.normal(0, spread / 4), spread * rng.uniform(0.8, 1.25), n)
        values = np.round(values) if whole else values
        mean, sd = float(values.mean()), float(values.std(ddof=1))
        truth["mean"][name], truth["sd"][name] = mean, sd
        about = {"outcome": outcome, "group": name, "population": "itt"}
        parts = {"mean": f.show(mean, 1), "sd": f.show(sd, 1)}
        made.claims[f"{outcome}_{name}"] = Claim("mean (SD) {mean} ({sd})", parts, about)
        if whole:
            made.links.append(Link("whole", (f"{outcome}_{name}",), {"n": n}))
    made.truth[outcome] = truth
    pair, test = ["new", "usual"], str(rng.choice(["t", "welch"]))
    n = [made.arms[name] for name in pair]
    means, sds = ([truth[key][name] for name in pair] for key in ("mean", "sd"))
    about = {"outcome": outcome, "compare": pair, "population": "itt", "test": test}
    p = f.show_p(float(f.t_p(means, sds, n, test)), made.p)
    names = tuple(f"{outcome}_{name}" for name in pair)
    made.claims[f"{outcome}_p"] = Claim("{p}", {"p": p}, about)
    made.links.append(Link("mean_p", (f"{outcome}_p", *names), {"n": n}))
    if effect:
        texts = [f.show(value, 1) for value in f.difference(means, sds, n, 0.95)]
        parts = dict(zip(("value", "low", "high"), texts, strict=True))
        parts["p"] = f.show_p(float(f.t_p(means, sds, n, "t")), made.p)
        about = about | {"measure": "mean_difference", "test": "t"}
        claim = Claim("{value} (95% CI {low} to {high}), {p}", parts, about, "abstract")
        made.claims[f"{outcome}_effect"] = claim
        made.links.append(Link("difference", (f"{outcome}_effect", *names), {"n": n}))


def _categories(made: Paper, rng: np.random.Generator) -> None:
    """Three or four categories that everyone belongs to one of, and p of the whole table."""
    made.truth["outcomes"].append("grade")
    count = int(rng.integers(3, 5))
    shares, table = rng.dirichlet([4.0] * count), []
    for name, n in made.arms.items():
        counts = rng.multinomial(n, shares)
        table.append([int(x) for x in counts])
        claims = []
        for place, x in enumerate(counts):
            about = {"outcome": "grade", "group": name, "population": "itt", "category": str(place)}
            parts = {"count": str(x), "percent": f.show(100 * x / n, made.percent)}
            claims.append(f"grade{place}_{name}")
            made.claims[claims[-1]] = Claim("{count} ({percent}%)", parts, about)
            made.links.append(
                Link("share", (claims[-1],), {"n": n, "interval": None, "group": name})
            )
        made.links.append(Link("categories", tuple(claims), {"n": n}))
    filled = np.array(table).sum(axis=0) > 0
    if filled.all():
        about = {
            "outcome": "grade",
            "compare": list(made.arms),
            "population": "itt",
            "test": "chi_squared",
        }
        made.claims["grade_p"] = Claim("{p}", {"p": f.show_p(f.table_p(table), made.p)}, about)
        cells = tuple(f"grade{k}_{name}" for name in made.arms for k in range(count))
        made.links.append(Link("table_p", ("grade_p", *cells), {"columns": count}))


def _total(made: Paper, outcome: str, population: str) -> None:
    x, n = (sum(made.truth[outcome][key].values()) for key in ("x", "n"))
    parts = {"count": str(x), "n": str(n), "percent": f.show(100 * x / n, made.percent)}
    about = {"outcome": outcome, "group": "all", "population": population}
    made.claims[f"{outcome}_all"] = Claim(SHARE, parts, about, "abstract")
    arms = tuple(f"{outcome}_{name}" for name in made.arms)
    made.links.append(Link("total", (f"{outcome}_all", *arms), {"n": n}))


def _hazard(made: Paper, rng: np.random.Generator) -> None:
    value, share = rng.normal(-0.3, 0.3), rng.uniform(0.4, 0.95)
    # The error that so many events in each arm leave: a smaller one would need more than there are.
    error = sum(1 / (share * made.arms[name]) for name in ("new", "usual")) ** 0.5
    ends = [np.exp(value + z * error) for z in (0, -1.959963984540054, 1.959963984540054)]
    parts = dict(zip(("value", "low", "high"), (f.show(e, 2) for e in ends), strict=True))
    parts["p"] = f.show_p(float(2 * stats.norm.sf(abs(value / error))), made.p)
    about = {"compare": ["new", "usual"], "measure": "hazard_ratio"}
    made.claims["hazard"] = Claim("{value} (95% CI {low} to {high}), {p}", parts, about)
    made.truth["hazard"] = (float(value), float(error))
    made.links.append(Link("hazard", ("hazard",)))


def _statistics(made: Paper, rng: np.random.Generator) -> None:
    """A corrected F with whole and one with corrected degrees of freedom, a t and a χ²."""
    n = made.arms["new"]
    for name, whole in (("f_whole", True), ("f_corrected", False)):
        df1 = int(rng.integers(2, 5))
        value, epsilon = float(rng.gamma(2, 1.5)), float(rng.uniform(1 / df1 + 0.05, 0.98))
        degrees = [df1, df1 * (n - 1)]
        shown = [str(d) if whole else f.show(epsilon * d, 2) for d in degrees]
        p = f.statistic_p("F", value, epsilon * degrees[0], epsilon * degrees[1])
        parts = {
            "df1": shown[0],
            "df2": shown[1],
            "value": f.show(value, 2),
            "p": f.show_p(p, made.p),
        }
        about = {"correction": "greenhouse_geisser"}
        made.claims[name] = Claim("F({df1}, {df2}) = {value}, {p}", parts, about, "text")
        made.truth[name] = (value, degrees, epsilon)
        made.links.append(Link("statistic", (name,), {"symbol": "F", "free": whole}))
    df = n + made.arms["usual"] - 2
    for name, symbol, degrees, value in (
        ("t", "t", df, float(rng.normal(0, 2))),
        ("chi", "χ²", int(rng.integers(1, 5)), float(rng.gamma(1.5, 2))),
    ):
        p = f.statistic_p(symbol, value, degrees, None)
        parts = {"df1": str(degrees), "value": f.show(value, 2), "p": f.show_p(p, made.p)}
        made.claims[name] = Claim(
            symbol + "({df1}) = {value}, {p}", parts, {"test": "other"}, "text"
        )
        made.truth[name] = (value, [degrees], 1.0)
        made.links.append(Link("statistic", (name,), {"symbol": symbol, "free": False}))
