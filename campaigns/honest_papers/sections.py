"""The sections of a paper: each adds the claims that a reader would type off it."""

import numpy as np
from scipy import stats

from honest_papers import methods as by
from honest_papers.author import Author
from honest_papers.effects import (
    mean_difference,
    means,
    p_of_counts,
    p_of_means,
    ratio,
    risk_difference,
    yes_no,
)

FACTS = (
    ("length_of_a_session", "Length of a session", "30 min", "0.5 hours", "45 min"),
    ("length_of_a_visit", "Length of a visit", "90 minutes", "1.5 h", "60 minutes"),
    ("follow_up", "Follow-up", "12 months", "1 year", "18 months"),
    ("treatment", "Length of treatment", "6 weeks", "42 days", "8 weeks"),
    ("dose", "Daily dose", "500 mg", "0.5 g", "250 mg"),
    ("large_dose", "Loading dose", "1200 mg", "1.2 g", "1.5 g"),
    ("sessions", "Sessions a week", "3 per week", "three times a week", "twice a week"),
    ("weeks", "Length of the programme", "8 weeks", "eight weeks", "10 weeks"),
    ("power", "Power", "80%", "0.80", "90%"),
    ("alpha", "Level of significance", "0.05", "5%", "0.01"),
    ("interval", "Interval of doses", "24 hours", "1 day", "12 hours"),
    ("volume", "Volume", "250 mL", "0.25 L", "500 mL"),
)


def flow(author: Author) -> None:
    """Numbers of patients: planned, randomised, analysed."""
    d, place = author.trial.data, "flow diagram"
    author.add(
        "size", "size", {"n": author.trial.planned}, "methods", "Planned", {"size": "planned"}
    )
    for size, key in (("randomised", "itt"), ("analysed", author.primary)):
        about = {"size": size} | ({} if key == "itt" else {"population": key})
        for arm, n in author.sizes(key).items():
            label = f"{size.capitalize()}, {author.trial.arms[arm]}"
            this, error = about | {"group": arm}, {"size": size}
            author.add("size", "size", {"n": n}, place, label, this, errors=error)
        n, about = int(author.sets[key].sum()), about | {"group": "all"}
        label = f"{size.capitalize()}, all"
        author.add("size", "size", {"n": n}, place, label, about, errors={"total": size})
    assert len(d) == sum(author.sizes("itt").values())


def _column_all(author, counts, label, place, about, where="table") -> None:
    if author.whether["c"]:
        total = tuple(int(sum(x)) for x in zip(*counts.values(), strict=True))
        author.shares({"all": total}, label, place, where, about, all=True)


def baseline_shares(author: Author) -> None:
    """Sex and history, with p-values in some papers."""
    d, rows = author.trial.data, author.sets["itt"]
    women = (d.sex == "Women").astype(float)
    items = [("women", "Women", women), ("smoker", "Smokers", d.smoker)]
    items.append(("diabetes", "Diabetes", d.diabetes))
    for key, label, column in items:
        author.outcome(key, label)
        counts, about = author.counts(column, rows), {"outcome": key}
        if column.isna().any():
            about["population"] = "available"
        names = {}
        for arm, one in counts.items():
            this = about if "population" not in about else about | {"patients": str(one[1])}
            names |= author.shares({arm: one}, label, "table 1", "table", this)
        if "population" not in about:
            _column_all(author, counts, label, "table 1", about)
        if author.whether["d"]:
            shown = author.shows_count("table")
            p_of_counts(author, counts, author.arms, label, "table 1", about, shown)


def categories(author, key, label, column, place, extra=None, p=False) -> None:
    """Counts by category, which add up to the group."""
    d, about = author.trial.data, {"outcome": author.outcome(key, label)} | (extra or {})
    levels = sorted(column.unique())
    table = {a: [int((column[d.arm == a] == x).sum()) for x in levels] for a in author.arms}
    for level in levels:
        at = levels.index(level)
        counts = {a: (row[at], sum(row)) for a, row in table.items()}
        this = about | {"category": str(level)}
        sums = len(levels)
        author.shares(counts, f"{label}: {level}", place, "table", this, "category", sums=sums)
    rows = [row for row in table.values() if sum(row)]
    if not p:
        return
    about["compare"] = list(author.arms)
    if author.whether["e"]:
        found = stats.chi2_contingency(np.array(rows)[:, np.sum(rows, axis=0) > 0])
        args = {"name": "χ²", "df": (found.dof,), "value": found.statistic, "p": found.pvalue}
        about["test"] = author.named("chi_squared")
        author.add("statistic", "statistic", args, place, label, about, errors={"stat": True})
    else:
        value = by.p_counts(rows, "chi_squared")
        about["test"] = author.named("chi_squared")
        author.p_claim(value, label, place, about, counts=author.shows_count("table"))


def baseline_values(author: Author) -> None:
    """Age and weight as means, months of illness as medians, stage by category."""
    d, rows = author.trial.data, author.sets["itt"]
    for key, label, more in (("age", "Age", {"whole": True}), ("weight", "Weight", {})):
        author.outcome(key, label, **more)
        values = means(author, key, label, d[key], rows, {}, "table 1")
        if author.whether["d"] and len(author.arms) == 2:
            p_of_means(author, key, label, values, author.arms, {}, "table 1")
        elif author.whether["d"] and author.habits.means_test != "mann_whitney":
            p = stats.f_oneway(*values.values()).pvalue
            about = {"outcome": key, "compare": author.arms, "test": author.named("anova")}
            author.p_claim(p, label, "table 1", about)
    medians(author, "months", "Months of illness", d.months, "table 1", ranged=True)
    categories(author, "stage", "Stage", d.stage, "table 1", p=author.whether["d"])
    if author.whether["f"]:
        categories(author, "site", "Site", "Site " + d.site.astype(str), "table 1")


def medians(author, key, label, column, place, ranged=False) -> None:
    """Median and quartiles of whole numbers, and the range in some papers; p of ranks."""
    author.outcome(key, label, whole=True)
    d, way = author.trial.data, ("linear", "weibull")[author.habits.words % 2]
    values = {a: column[d.arm == a].to_numpy(float) for a in author.arms}
    for arm, x in values.items():
        low, mid, high = (float(np.quantile(x, q, method=way)) for q in (0.25, 0.5, 0.75))
        form = "median"
        if ranged and author.whether["g"]:
            form, low, high = "median_range", x.min(), x.max()
        about, name = {"outcome": key, "group": arm}, f"{label}, {author.trial.arms[arm]}"
        args, errors = {"m": mid, "a": low, "b": high}, {"quartiles": True}
        author.add("median", form, args, place, name, about, errors=errors)
    if len(values) == 2 and author.whether["d"]:
        p = stats.mannwhitneyu(*values.values(), method="asymptotic").pvalue
        about = {"outcome": key, "compare": author.arms, "test": author.named("mann_whitney")}
        author.p_claim(p, label, place, about)


def primary(author: Author) -> None:
    """The yes/no outcome of all who are analysed, and of those who kept to the protocol."""
    d, label = author.trial.data, author.trial.event
    author.outcome("primary", label)
    effects = list(
        author.rng.choice(
            (
                "difference",
                "risk",
                "odds",
                "needed",
                "reduction odds",
                "reduction risk",
                "reduction relative",
                "words",
            ),
            5,
            replace=False,
        )
    )
    about = {"population": author.primary}
    rows = author.sets[author.primary]
    counts = yes_no(author, "primary", label, d.event, rows, about, "results", "text", effects)
    _abstract(author, counts, about)
    total = tuple(int(sum(x)) for x in zip(*counts.values(), strict=True))
    if author.whether["h"]:
        author.shares(
            {"all": total}, label, "results", "text", about | {"outcome": "primary"}, all=True
        )
    if author.whether["i"]:
        _share_intervals(author, counts, about)
    _no_difference(author, counts, about)
    if "pp" in author.sets and author.whether["g"]:
        about, rows = {"population": "pp"}, author.sets["pp"]
        yes_no(
            author,
            "primary",
            label,
            d.event,
            rows,
            about,
            "results, per protocol",
            "text",
            ["difference", "risk"] if author.whether["h"] else ["odds"],
        )


def _abstract(author, counts, about) -> None:
    """The shares of the abstract, with fewer digits where the text has some."""
    h, digits = author.habits, max(author.habits.percent - 1, 0)
    if not author.whether["a"]:
        return
    for arm, (k, n) in counts.items():
        name = next(
            x
            for x, c in author.ledger.claims.items()
            if c.kind == "share"
            and c.about.get("outcome") == "primary"
            and c.about.get("group") == arm
        )
        this = about | {"outcome": "primary", "group": arm}
        label = f"{author.trial.event}, {author.trial.arms[arm]}"
        args = {"percent": 100 * k / n, "digits": digits if h.rounding != "cut" else h.percent}
        errors = {"place": True}
        author.add(
            "abstract", "percentage", args, "abstract", label, this, linked=[name], errors=errors
        )


def _share_intervals(author, counts, about) -> None:
    h = author.habits
    for arm, (k, n) in counts.items():
        low, high = by.share_interval(k, n, h.share_interval, h.level)
        method = h.share_interval
        if method == "wald" and (low <= 0 or high >= 1):
            method = "wald_cut"
        this = about | {"outcome": "primary", "group": arm, "interval": author.named(method)}
        args = {"k": k, "n": n, "low": low, "high": high, "count": author.whether["j"]}
        label = f"{author.trial.event}, {author.trial.arms[arm]}"
        errors = {"share interval": (k, n)}
        form = "share_with_interval"
        author.add("share interval", form, args, "figure 2", label, this, errors=errors)


def _no_difference(author, counts, about) -> None:
    """The words, where p says nothing and a difference with its interval is printed beside."""
    for pair in author.pairs():
        table = [[counts[a][0], counts[a][1] - counts[a][0]] for a in pair]
        if min(map(min, table)) < 1 or by.p_counts(table, "fisher") < 0.2:
            continue
        this = about | {"outcome": "primary"}
        place, label = "discussion", author.trial.event
        risk_difference(author, counts, pair, label, place, this)
        this |= {"compare": list(pair), "concludes": "no_difference"}
        text = str(author.rng.choice(("no difference", "no significant difference")))
        author.add("conclusion", "words_of", {"text": text}, place, label, this)


def subgroups(author: Author) -> None:
    """The primary outcome by sex, age and site."""
    d, h = author.trial.data, author.habits
    splits = [("sex", d.sex), ("age_group", d.older), ("site", "Site " + d.site.astype(str))]
    keep = author.rng.choice(3, author.rng.integers(1, 3), replace=False)
    effect = author.rng.choice(("difference", "risk", "odds", "none"))
    for split, column in (splits[i] for i in keep):
        for level in sorted(column.unique()):
            rows = author.sets[author.primary] & (column == level).to_numpy()
            counts = author.counts(d.event, rows)
            if min(n for _, n in counts.values()) < 1:
                continue
            about = {"population": author.primary, "outcome": "primary"}
            about |= {"stratum": str(level), "split": split}
            _stratum(author, counts, f"{author.trial.event}, {level}", about, effect, h)


def _stratum(author, counts, label, about, effect, h) -> None:
    for arm, (k, n) in counts.items():
        this = about
        if h.in_strata == "n" and not author.shows_size("table"):
            this = about | {"patients": str(n)}
        author.shares({arm: (k, n)}, label, "table 3", "table", this, "subgroup", split=True)
    sized = author.shows_count("table") and (h.in_strata == "n" or author.shows_size("table"))
    for pair in author.pairs():
        common = (author, counts, pair, label, "table 3", about)
        if effect == "difference":
            risk_difference(*common, shown=sized)
        elif effect != "none":
            ratio(*common, odds=effect == "odds", shown=sized)


def stratified(author: Author) -> None:
    """Mantel and Haenszel over the sites, and a logistic regression."""
    d, h = author.trial.data, author.habits
    rows = author.sets[author.primary]
    pair = author.pairs()[0]
    part = d[rows & d.arm.isin(pair).to_numpy()]
    first = (part.arm == pair[0]).astype(float).to_numpy()
    tables = []
    for _, one in part.groupby("site"):
        cells = [one.event[one.arm == a] for a in pair]
        tables.append([[int(x.sum()), int(len(x) - x.sum())] for x in cells])
    if min(sum(x) for t in tables for x in zip(*t, strict=True)) < 2:
        return
    if min(min(map(sum, t)) for t in tables) < 2 or np.sum(tables, axis=0).min() < 2:
        return
    about = {"outcome": "primary", "population": author.primary, "compare": list(pair)}
    about["basis"] = "model"
    value, low, high, p = by.mantel_haenszel(tables, h.level)
    label = f"{author.trial.event}, over the sites"
    args = {"measure": "odds_ratio", "value": value, "low": low, "high": high, "p": p}
    this = about | {"measure": "odds_ratio", "test": "mantel_haenszel"}
    error = {"effect": "ratio"}
    author.add("adjusted", "ratio_of", args, "results", label, this, errors=error)
    age = (part.age - part.age.mean()) / 10
    value, low, high, p = by.logistic(part.event.to_numpy(), [first, age], h.level)
    args = args | {"value": value, "low": low, "high": high, "p": p}
    this, label = about | {"measure": "odds_ratio"}, f"{author.trial.event}, adjusted"
    author.add("adjusted", "ratio_of", args, "results", label, this, errors=error)


def scale(author: Author) -> None:
    """A continuous outcome at baseline, at two visits, and its change."""
    d, label, visits = author.trial.data, author.trial.scale, author.trial.visits
    author.outcome("scale", label, visits=list(visits))
    everyone = author.sets["itt"]
    final = None
    for i, visit in enumerate(visits):
        about = {"visit": visit} | ({"population": "available"} if i else {})
        final = means(author, "scale", f"{label}, {visit}", d[f"y{i}"], everyone, about, "table 2")
    about = {"visit": visits[2], "population": "available"}
    for pair in author.pairs():
        common = (author, "scale", f"{label}, {visits[2]}", final, pair, about)
        mean_difference(*common, "table 2", author.whether["b"])
        if author.whether["c"]:
            p_of_means(*common, "table 2", "t" if author.whether["e"] else "p")
    if author.whether["f"]:
        about = about | {"change": True}
        values = means(
            author, "scale", f"Change of {label.lower()}", d.y2 - d.y0, everyone, about, "table 2"
        )
        for pair in author.pairs():
            common = (author, "scale", f"{label}, change", values, pair, about, "table 2")
            mean_difference(*common, author.whether["b"], author.whether["g"])
    adjusted(author)


def adjusted(author: Author) -> None:
    """Covariance with the baseline; the test of all arms; arms by visits."""
    d, h = author.trial.data, author.habits
    about = {"outcome": "scale", "visit": author.trial.visits[2], "population": "available"}
    for pair in author.pairs():
        part = d[d.arm.isin(pair) & d.y2.notna()]
        first = (part.arm == pair[0]).astype(float)
        value, low, high, p, t, df, _ = by.regression(part.y2, [first, part.y0], h.level)
        this = about | {"compare": list(pair), "basis": "model"}
        label = f"{author.trial.scale}, adjusted for the baseline"
        args = {"value": value, "low": low, "high": high, "p": p}
        full, error = this | {"measure": "mean_difference"}, {"effect": "means", "spread": 0}
        author.add("adjusted", "difference", args, "results", label, full, errors=error)
        if author.whether["j"] and len(author.arms) == 2:
            args = {
                "name": "F",
                "df": (1, df),
                "value": t * t,
                "p": p,
                "more": t * t / (t * t + df),
            }
            errors = {"stat": True}
            author.add("statistic", "statistic", args, "results", label, this, errors=errors)
    if len(author.arms) > 2 and author.whether["j"]:
        groups = [d.y2[(d.arm == a) & d.y2.notna()] for a in author.arms]
        found = stats.f_oneway(*groups)
        df = (len(groups) - 1, sum(map(len, groups)) - len(groups))
        args = {"name": "F", "df": df, "value": found.statistic, "p": found.pvalue}
        this = about | {"compare": author.arms, "test": author.named("anova")}
        label, errors = f"{author.trial.scale}, all groups", {"stat": True}
        author.add("statistic", "statistic", args, "results", label, this, errors=errors)
    if author.whether["i"]:
        repeated(author)


def repeated(author: Author) -> None:
    """The interaction of groups and visits."""
    d = author.trial.data
    part = d[d.y1.notna() & d.y2.notna()]
    values = part[["y0", "y1", "y2"]].to_numpy()
    f, df1, df2, p, eps, p_eps, eta = by.groups_by_visits(values, part.arm.to_numpy())
    about = {"outcome": "scale", "population": "available", "compare": author.arms}
    style = author.rng.choice(("plain", "p only", "both"))
    if style != "plain":
        about["correction"] = "greenhouse_geisser"
    df = (eps * df1, eps * df2) if style == "both" else (df1, df2)
    args = {"name": "F", "df": tuple(map(float, df)), "value": f}
    args |= {"p": p if style == "plain" else p_eps, "more": eta}
    label, errors = f"{author.trial.scale}, groups by visits", {"stat": style == "plain"}
    author.add("statistic", "statistic", args, "results", label, about, errors=errors)


def points(author: Author) -> None:
    """Whole points of a questionnaire at the end: means by arm and by sex, one interval."""
    d, label, visit = author.trial.data, "Symptom points", author.trial.visits[2]
    author.outcome("points", label, whole=True, visits=[visit])
    about = {"visit": visit, "population": "available"}
    everyone = author.sets["itt"]
    values = means(author, "points", label, d.points, everyone, about, "table 2", "whole mean")
    for pair in author.pairs():
        mean_difference(author, "points", label, values, pair, about, "table 2", True)
    if author.whether["h"]:
        for level in ("Men", "Women"):
            rows = everyone & (d.sex == level).to_numpy()
            this, name = about | {"stratum": level, "split": "sex"}, f"{label}, {level.lower()}"
            values = means(author, "points", name, d.points, rows, this, "table 3", "whole mean")
            if min(map(len, values.values())) < 4:
                continue
            for pair in author.pairs():
                mean_difference(author, "points", name, values, pair, this, "table 3")


def one_sample(author: Author) -> None:
    """Weight at baseline with a standard error or an interval; a correlation."""
    d = author.trial.data
    author.outcome("weight", "Weight")
    for arm in author.arms:
        x = d.weight[d.arm == arm].to_numpy()
        half = stats.t.ppf((1 + author.habits.level) / 2, len(x) - 1) * stats.sem(x)
        about, label = {"outcome": "weight", "group": arm}, f"Weight, {author.trial.arms[arm]}"
        if author.whether["e"]:
            args = {"m": x.mean(), "s": stats.sem(x)}
            author.add("standard error", "mean_se", args, "figure 1", label, about)
        else:
            args = {"m": x.mean(), "low": x.mean() - half, "high": x.mean() + half}
            author.add("mean interval", "mean_interval", args, "figure 1", label, about)
    part = d[d.y2.notna()]
    r, p = stats.pearsonr(part.age, part.y2)
    author.outcome("correlation", f"Age and {author.trial.scale.lower()}")
    args = {"name": "r", "df": (len(part) - 2,), "value": r, "p": p}
    about, label = {"outcome": "correlation"}, f"Age and {author.trial.scale.lower()}"
    errors = {"stat": True}
    author.add("statistic", "statistic", args, "results", label, about, errors=errors)


def survival(author: Author) -> None:
    """Deaths, shares alive at one year, hazard ratio and log-rank test."""
    d, h = author.trial.data, author.habits
    author.outcome("death", "Death")
    author.outcome("alive", "Alive at 1 year")
    counts = author.counts(d.died.astype(float), author.sets["itt"])
    author.shares(counts, "Death", "results", "text", {"outcome": "death"})
    for arm, label in author.trial.arms.items():
        one = d[d.arm == arm]
        time, status = one.time.to_numpy(), one.died.to_numpy()
        s, low, high = by.kaplan_meier(time, status, 365, h.level)
        text = {"outcome": "alive", "group": arm, "basis": "curve", "visit": "1 year"}
        args = {"percent": 100 * s, "low": low, "high": high, "k": 0, "n": 1, "count": False}
        label = f"Alive at 1 year, {label}"
        form, errors = "share_with_interval", {"outside": True}
        if not 0 < s < 1:
            form, errors, args = "percentage", {}, {"percent": 100 * s}
        author.add("curve", form, args, "results", label, text, errors=errors)
    for pair in author.pairs():
        part = d[d.arm.isin(pair)]
        x = (part.arm == pair[0]).to_numpy(int)
        _hazard(author, part.time.to_numpy(), part.died.to_numpy(), x, pair)


def _hazard(author, time, status, x, pair) -> None:
    if min(status[x == 0].sum(), status[x == 1].sum()) < 3:
        return
    value, low, high, p = by.cox(time, status, x, author.habits.level)
    rank = by.log_rank(time, status, x)
    about = {"outcome": "death", "compare": list(pair)}
    args = {"measure": "hazard_ratio", "value": value, "low": low, "high": high}
    inside = author.whether["a"]
    args["p"] = (rank if author.whether["c"] else p) if inside else None
    test = "log_rank" if inside and author.whether["c"] else None
    this = about | {"measure": "hazard_ratio", "test": test}
    error = {"effect": "ratio"}
    author.add("hazard ratio", "ratio_of", args, "results", "Death", this, errors=error)
    if not inside:
        author.p_claim(rank, "Death", "results", about | {"test": "log_rank"})


def rates(author: Author) -> None:
    """Falls by person-time."""
    d = author.trial.data
    author.outcome("falls", "Falls")
    for pair in author.pairs():
        parts = [d[d.arm == a] for a in pair]
        e, t = ([x[c].sum() for x in parts] for c in ("falls", "years"))
        if min(e) < 2:
            continue
        value, low, high, p = by.rate_ratio(e[0], t[0], e[1], t[1], author.habits.level)
        args = {"measure": "rate_ratio", "value": value, "low": low, "high": high, "p": p}
        about = {"outcome": "falls", "compare": list(pair), "measure": "rate_ratio"}
        about["basis"] = "model"
        error = {"effect": "ratio"}
        author.add("rate ratio", "ratio_of", args, "results", "Falls", about, errors=error)


def harms(author: Author) -> None:
    """Adverse events of those who were treated."""
    d, rows = author.trial.data, author.sets["safety"]
    effects = ["risk"] if author.rng.random() < 0.3 else []
    for harm in (*author.trial.harms, "any"):
        label = "Any adverse event" if harm == "any" else harm
        key = author.outcome(f"harm_{harm.lower()}", label)
        about = {"population": "safety"}
        pair_p = author.whether["j"]
        yes_no(author, key, label, d[harm], rows, about, "table 4", "table", effects, pair_p)


def facts(author: Author) -> None:
    """What is told twice: in the same words, or in other units or words."""
    for i in author.rng.choice(len(FACTS), author.rng.integers(2, 5), replace=False):
        fact, label, one, other, wrong = FACTS[i]
        texts = [one, other] if author.rng.random() < 0.5 else [other, one]
        alike = author.rng.random() < 0.4
        texts = [texts[0]] * 2 if alike else texts
        kind = "fact, same words" if alike else "fact, other words"
        for place, text in zip(("methods", "registry"), texts, strict=True):
            args, errors = {"text": text}, {"fact": wrong if alike else None}
            author.add(kind, "words_of", args, place, label, {"fact": fact}, errors=errors)


def write_paper(seed: int) -> Author:
    """A whole paper."""
    author = Author(seed)
    draw, d = author.rng.random, author.trial.data
    flow(author)
    baseline_shares(author)
    baseline_values(author)
    kinds = author.rng.choice(("primary", "scale", "survival"), 2, replace=False)
    if "primary" in kinds or draw() < 0.6:
        primary(author)
        if draw() < 0.7:
            subgroups(author)
        if draw() < 0.5:
            stratified(author)
    if "scale" in kinds:
        scale(author)
    if "survival" in kinds:
        survival(author)
    for section, chance in ((points, 0.4), (one_sample, 0.3), (rates, 0.25), (harms, 0.6)):
        if draw() < chance:
            section(author)
    if draw() < 0.4:
        medians(author, "stay", "Days in hospital", d.stay.astype(float), "table 2")
    if draw() < 0.4:
        categories(author, "state", "State", "Grade " + d.state.astype(str), "table 2", p=True)
    facts(author)
    return author
