"""Sections of a report on shares: flow, baseline, yes or no, subgroups, categories, rates."""

from collections.abc import Mapping, Sequence

import numpy as np

from fresh_papers import formulas as f
from fresh_papers.habits import needed, number, p_text, rounded, whole
from fresh_papers.paper import Arm, Paper

Known = Mapping[str, object]
TESTS = {"chi": "chi_squared", "yates": "chi_squared_corrected", "fisher": "fisher", "z": "other"}


def flow(paper: Paper) -> None:
    """Randomised and analysed, by arm and together."""
    for size in ("randomised", "analysed"):
        together = sum(getattr(arm, size) for arm in paper.arms)
        for arm, count in [("all", together)] + [(a.name, getattr(a, size)) for a in paper.arms]:
            paper.add(
                "flow",
                size,
                f"Patients {size}",
                "{n}",
                {"n": whole(count, paper.habits)},
                {"size": size},
                place="figure 1",
                arm=arm,
                name=size,
                n=count,
            )
    together = sum(arm.randomised for arm in paper.arms)
    paper.add(
        "flow", "randomised", "Patients randomised, abstract", "{n}",
        {"n": whole(together, paper.habits)}, {"size": "randomised"}, place="abstract", arm="all",
        name="randomised", n=together,
    )  # fmt: skip
    weeks = str(paper.rng.choice(["6 weeks", "12 weeks", "26 weeks"]))
    for place in ("abstract", "methods"):
        paper.add(
            "flow", "fact", "Time of the primary outcome", "{time}", {"time": weeks},
            {"fact": "time_of_primary"}, place=place,
        )  # fmt: skip


def _observed(paper: Paper, arm: Arm, share: float) -> int:
    """Patients with a value, where some have none."""
    return arm.analysed - int(paper.rng.binomial(arm.analysed, share))


def baseline(paper: Paper) -> None:
    """Men, a disease stage in three to five levels, with the column of all in some papers."""
    rng, with_all = paper.rng, bool(paper.rng.random() < 0.4)
    with_p = bool(rng.random() < 0.35)
    paper.outcome("men", "Male sex")
    male, men = float(rng.uniform(0.3, 0.8)), {}
    for arm in paper.arms:
        men[arm.name] = int(rng.binomial(arm.analysed, male))
        paper.share("men", men[arm.name], arm.analysed, label="Men", arm=arm.name, place="table 1")
    together = sum(arm.analysed for arm in paper.arms)
    if with_all:
        total = sum(men.values())
        paper.share("men", total, together, label="Men, all", arm="all", place="table 1")
    if with_p:
        table = [[men[arm.name], arm.analysed - men[arm.name]] for arm in paper.arms]
        paper.p("men", f.table_p(table)[1], _compared(paper), test="chi_squared")
    levels = int(rng.integers(3, 6))
    weights = rng.dirichlet(np.full(levels, 3.0))
    paper.outcome("stage", "Stage of the disease")
    rows = [list(map(int, rng.multinomial(arm.analysed, weights))) for arm in paper.arms]
    names = ["I", "II", "III", "IV", "V"][:levels]
    for level, name in enumerate(names):
        for arm, row in zip(paper.arms, rows, strict=True):
            paper.share(
                "stage", row[level], arm.analysed, label=f"Stage {name}", arm=arm.name,
                place="table 1", category=name,
            )  # fmt: skip
        if with_all:
            total = sum(row[level] for row in rows)
            paper.share(
                "stage", total, together, label=f"Stage {name}, all", arm="all",
                place="table 1", category=name,
            )  # fmt: skip
    if with_p:
        paper.p("stage", f.table_p(rows)[1], _compared(paper), test="chi_squared")
    if rng.random() < 0.4:
        paper.outcome("region", "Region")
        shares = rng.dirichlet(np.full(3, 4.0))
        for arm in paper.arms:
            counts = list(map(int, rng.multinomial(arm.analysed, shares)))
            for region, count in zip(("Europe", "Asia", "America"), counts, strict=True):
                paper.add(
                    "region", "percent", region, "{pct}%",
                    {"pct": _percent(paper, count, arm.analysed)},
                    {"outcome": "region", "category": region}, place="table 1", arm=arm.name,
                    x=count, n=arm.analysed,
                )  # fmt: skip


def _percent(paper: Paper, count: int, of: int) -> str:
    return rounded(100 * count / of, paper.habits.percent, paper.habits)


def _compared(paper: Paper) -> object:
    return paper.pair if len(paper.arms) == 2 else "all"


def binary(paper: Paper, name: str, label: str, *, wanted: bool, abstract: bool) -> None:
    """Shares by arm, a p, one or two measures with intervals, and what the abstract repeats."""
    rng, habits = paper.rng, paper.habits
    paper.outcome(name, label, **({"wanted": True} if wanted else {}))
    base = float(rng.uniform(0.08, 0.6))
    effect = float(rng.choice([0.0, 0.35, 0.7, 1.1])) * (1 if wanted else -1)
    lost = 0.08 if rng.random() < 0.25 else 0.0
    within = paper.observed(lost)
    counts: dict[str, tuple[int, int]] = {}
    for arm in paper.arms:
        odds = base / (1 - base) * (np.exp(effect) if arm.name != paper.control else 1.0)
        n = _observed(paper, arm, lost)
        counts[arm.name] = int(rng.binomial(n, odds / (1 + odds))), n
        told = habits.sizes == "patients" or n != arm.analysed or bool(within)
        x, n = counts[arm.name]
        paper.share(
            name, x, n, label=f"{label}, {arm.label}", arm=arm.name, told=told, **within
        )  # fmt: skip
    (x1, n1), (x0, n0) = (counts[arm] for arm in paper.pair)
    if len(paper.arms) > 2:
        table = [[x, n - x] for x, n in counts.values()]
        if min(np.sum(table, axis=0)) > 0:
            value, p, df = f.table_p(table)
            _chi(paper, name, value, df, p, within)
    if 0 < x1 < n1 and 0 < x0 < n0:
        _measures(paper, name, (x1, n1, x0, n0), within, wanted=wanted)
    p = f.counts_p(habits.counts_test, x1, n1, x0, n0)
    paper.p(name, p, paper.pair, test=TESTS[habits.counts_test], **within)
    if abstract:
        for arm in (paper.treated, paper.reference):
            x, n = counts[arm.name]
            paper.add(
                name, "abstract", f"{label}, {arm.label}", "{pct}%",
                {"pct": _percent(paper, x, n)}, {"outcome": name, **within}, place="abstract",
                arm=arm.name, x=x, n=n,
            )  # fmt: skip
        _words(paper, name, p, x1 / n1 - x0 / n0, within)


def _chi(paper: Paper, section: str, value: float, df: int, p: float, within: Known) -> None:
    parts = {"value": rounded(value, 2, paper.habits), "df": str(df)}
    parts["p"] = p_text(p, paper.habits)
    if "NS" in parts["p"]:
        return
    paper.add(
        section, "statistic", "All groups", "χ²({df}) = {value}, p{p}", parts,
        {"outcome": section, "compare": "all", **within}, value=value, df=df, p=p, z=0,
    )  # fmt: skip


def _words(paper: Paper, section: str, p: float, difference: float, within: Known) -> None:
    """The conclusion of the abstract: of no difference, or of its side."""
    about: dict[str, object] = {"outcome": section, "compare": paper.pair, **within}
    if p > 0.05:
        paper.add(
            section, "none", "Conclusion", "no significant difference", {},
            about | {"concludes": "no_difference"}, place="abstract", p=p,
        )  # fmt: skip
    elif p < 0.04:
        side = "lower" if difference < 0 else "higher"
        parts = {"side": side, "one": paper.treated.label, "two": paper.reference.label}
        paper.add(
            section, "side", "Conclusion", "significantly {side} with {one} than with {two}",
            parts, about, place="abstract", p=p, difference=difference,
        )  # fmt: skip


FORMS = {
    "risk_ratio": "risk ratio {est} ",
    "odds_ratio": "odds ratio {est} ",
    "risk_difference": "{est} percentage points ",
}


def _measures(
    paper: Paper, section: str, counts: tuple[int, int, int, int], within: Known, *, wanted: bool
) -> None:
    rng, habits = paper.rng, paper.habits
    chosen = str(rng.choice(["risk_ratio", "odds_ratio", "risk_difference"]))
    compared: dict[str, object] = {"outcome": section, "compare": paper.pair, **within}
    about = compared | {"measure": chosen}
    if chosen == "risk_difference":
        method = str(rng.choice(["wald", "score"]))
        limits, places = f.risk_difference(method, *counts), habits.percent
        if habits.named and method == "wald":
            about["interval"] = method
    else:
        limits, places = f.ratio(chosen, *counts), habits.ratio
    parts = {"est": number(limits[0], places, habits), **paper.limits(*limits[1:], places)}
    paper.add(
        section, "effect", "Treatment against control", FORMS[chosen] + paper.interval, parts,
        about, est=limits[0], low=limits[1], high=limits[2], places=places,
    )  # fmt: skip
    x1, n1, x0, n0 = counts
    gain = (x1 / n1 - x0 / n0) * (1 if wanted else -1)
    if gain > 0.03 and rng.random() < 0.5:
        paper.add(
            section, "needed", "Number needed to treat", "{nnt}",
            {"nnt": needed(1 / gain, habits)},
            compared | {"measure": "number_needed_to_treat"},
            gain=gain,
        )  # fmt: skip
    if gain > 0.02 and not wanted and rng.random() < 0.5:
        paper.add(
            section, "reduction", "Relative risk reduction", "{pct}%",
            {"pct": rounded(100 * (1 - x1 * n0 / (x0 * n1)), 0, habits)},
            compared | {"measure": "relative_reduction"},
            gain=gain, base=x0 / n0,
        )  # fmt: skip


def subgroups(paper: Paper) -> None:
    """A yes-or-no outcome whole, and by age below and above 65, treatment and control."""
    rng, habits = paper.rng, paper.habits
    paper.outcome("cure", "Cure at the end of treatment", wanted=True)
    shares = {"under 65": float(rng.uniform(0.2, 0.6)), "65 or over": float(rng.uniform(0.2, 0.6))}
    cells: dict[tuple[str, str], tuple[int, int]] = {}
    young = float(rng.uniform(0.35, 0.65))
    for arm in paper.arms:
        n = int(rng.binomial(arm.analysed, young))
        for stratum, size in (("under 65", n), ("65 or over", arm.analysed - n)):
            share = shares[stratum] + (0.15 if arm.name != paper.control else 0.0)
            cells[stratum, arm.name] = int(rng.binomial(size, share)), size
        x = sum(cells[s, arm.name][0] for s in shares)
        paper.share("cure", x, arm.analysed, label=f"Cure, {arm.label}", arm=arm.name)
    for stratum in shares:
        about: dict[str, object] = {"stratum": stratum, "split": "age"}
        for arm in paper.arms:
            x, n = cells[stratum, arm.name]
            if not n:
                continue
            paper.share(
                "cure", x, n, label=f"Cure, {stratum}, {arm.label}", arm=arm.name,
                place="figure 3", role="subgroup", **about,
            )  # fmt: skip
        (x1, n1), (x0, n0) = (cells[stratum, arm] for arm in paper.pair)
        if 0 < x1 < n1 and 0 < x0 < n0:
            limits = f.ratio("odds_ratio", x1, n1, x0, n0)
            parts = {"est": number(limits[0], habits.ratio, habits)}
            parts |= paper.limits(*limits[1:], habits.ratio)
            paper.add(
                "cure", "effect", f"Treatment against control, {stratum}",
                "odds ratio {est} " + paper.interval, parts,
                {"outcome": "cure", "compare": paper.pair, "measure": "odds_ratio", **about},
                place="figure 3", est=limits[0], low=limits[1], high=limits[2],
                places=habits.ratio,
            )  # fmt: skip


def ordinal(paper: Paper) -> None:
    """Levels of disability at 90 days, all arms, with a common odds ratio of a model."""
    rng, habits = paper.rng, paper.habits
    levels = int(rng.integers(4, 8))
    paper.outcome("rankin", "Level of disability at 90 days")
    cuts = np.sort(rng.normal(0, 1, levels - 1))
    rows = []
    for arm in paper.arms:
        shift = 0.0 if arm.name == paper.control else 0.5
        drawn = np.searchsorted(cuts, rng.logistic(-shift, 1, arm.analysed))
        rows.append([int((drawn == level).sum()) for level in range(levels)])
        for level, count in enumerate(rows[-1]):
            paper.share(
                "rankin", count, arm.analysed, label=f"Level {level}, {arm.label}", arm=arm.name,
                place="figure 2", role="level", category=str(level),
            )  # fmt: skip
    names = [arm.name for arm in paper.arms]
    pair = [rows[names.index(name)] for name in paper.pair]
    limits, p = f.common_odds(pair)
    parts = {"est": number(limits[0], habits.ratio, habits)}
    parts |= paper.limits(*limits[1:], habits.ratio) | {"p": p_text(p, habits)}
    form = "odds ratio {est} " + paper.interval
    paper.add(
        "rankin", "effect", "Shift to a lower level", form, parts,
        {"outcome": "rankin", "compare": paper.pair, "measure": "odds_ratio", "basis": "model"},
        est=limits[0], low=limits[1], high=limits[2], places=habits.ratio,
    )  # fmt: skip


def safety(paper: Paper) -> None:
    """Adverse events: any, serious, and deaths, rarely with a p."""
    rng = paper.rng
    paper.outcome("adverse", "Any adverse event")
    paper.outcome("serious", "Serious adverse event")
    for arm in paper.arms:
        any_event = int(rng.binomial(arm.analysed, 0.6))
        serious = int(rng.binomial(any_event, 0.2))
        for name, x in (("adverse", any_event), ("serious", serious)):
            paper.share(
                name, x, arm.analysed, label=f"{name.title()} events, {arm.label}",
                arm=arm.name, place="table 4",
            )  # fmt: skip
    if rng.random() < 0.5:
        cells: list[int] = []
        for name in paper.pair:
            claim = next(
                c for c in paper.claims.values() if c.section == "serious" and c.arm == name
            )
            cells += [int(claim.raw["x"]), int(claim.raw["n"])]
        p = f.counts_p("fisher", *_four(cells))
        paper.p("serious", p, paper.pair, test="fisher")


def _four(cells: Sequence[int]) -> tuple[int, int, int, int]:
    first, second, third, fourth = cells
    return first, second, third, fourth


def rates(paper: Paper) -> None:
    """Relapses, their rates per 100 person-years and the ratio; half tell the years."""
    rng, habits = paper.rng, paper.habits
    paper.outcome("relapse", "Relapses")
    base, found = float(rng.uniform(0.15, 1.2)), {}
    for arm in paper.arms:
        years = rounded(arm.analysed * rng.uniform(1.2, 2.6), 1, habits)
        rate = base * (0.65 if arm.name != paper.control else 1.0)
        events = int(rng.poisson(rate * float(years))) + 1
        found[arm.name] = events, float(years)
        per = 100 if base < 0.9 else 1
        parts = {
            "rate": rounded(per * events / float(years), 1 if per == 100 else 2, habits),
            "per": f"{per} person-years" if per > 1 else "person-year",
        }
        raw = {"events": float(events), "years": float(years), "per": float(per)}
        counted = {"events": whole(events, habits)}
        about = {"outcome": "relapse"}
        if paper.seed % 2:
            form = "{events} events in {years} person-years ({rate} per {per})"
            all_parts = parts | counted | {"years": years}
            label = f"Relapses, {arm.label}"
            paper.add("relapse", "rate", label, form, all_parts, about, arm=arm.name, **raw)
            continue
        label = f"Rate of relapses, {arm.label}"
        paper.add("relapse", "rate", label, "{rate} per {per}", parts, about, arm=arm.name, **raw)
        label = f"Relapses, {arm.label}"
        paper.add(
            "relapse", "events", label, "{events} events", counted, about, arm=arm.name, **raw
        )
    (e1, t1), (e0, t0) = (found[name] for name in paper.pair)
    limits, _ = f.rate_ratio(e1, t1, e0, t0)
    parts = {"est": number(limits[0], habits.ratio, habits)}
    parts |= paper.limits(*limits[1:], habits.ratio)
    paper.add(
        "relapse", "effect", "Relapses, treatment against control",
        "rate ratio {est} " + paper.interval, parts,
        {"outcome": "relapse", "compare": paper.pair, "measure": "rate_ratio"},
        est=limits[0], low=limits[1], high=limits[2], places=habits.ratio,
    )  # fmt: skip
