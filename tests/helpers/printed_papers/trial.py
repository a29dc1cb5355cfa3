"""A made-up trial: patients are drawn, and its report follows with every number known."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

NAMES = (
    ("Training", "Usual care"),
    ("Rituximab", "Placebo"),
    ("High-dose vitamin D", "Low-dose vitamin D", "Placebo"),
    ("Acupuncture plus usual care", "Usual care"),
    ("Intervention group", "Control group"),
    ("Levamisole", "Levamisole + fluorouracil", "Observation"),
)
BASELINE = ("Age, years", "Body mass index, kg/m2", "Systolic blood pressure, mm Hg", "Pain score")
YES_NO = ("Men", "Current smoker", "Diabetes mellitus", "Previous surgery", "Taking analgesics")
SKEWED = ("Duration of disease, months", "CD4 count", "Length of stay, days")
SECTIONS = (("Disease stage", ("I", "II", "III")), ("ECOG status", ("0", "1", "2 or more")))
OUTCOMES = ("Fatigue score", "Grip strength, kg", "Six-minute walk, m", "Quality of life")
EVENTS = ("Nausea", "Headache", "Injection-site reaction", "Serious adverse event", "Death")


@dataclass(frozen=True)
class Number:
    """A cell's truth: its row, whose it is, and its numbers by the names that ledgers give them."""

    row: str
    arm: str | None
    parts: dict[str, str]
    section: str | None = None
    visit: str | None = None


@dataclass
class PrintedTable:
    """A table as a paper prints it: heads and rows of texts with spans, and the truth of it."""

    number: int
    caption: str
    heads: list[list[tuple[str, int, int]]]
    rows: list[list[tuple[str, int]]]
    notes: str = ""
    truth: list[Number] = field(default_factory=list)


@dataclass
class Style:
    """How one paper prints its numbers."""

    point: str
    minus: str
    share: str
    mean: str
    dash: str
    bracket: tuple[str, str]
    kind_in: str
    size_in: str
    p: str
    marks: bool
    total: bool


def style(rng: np.random.Generator) -> Style:
    pick = rng.choice
    return Style(
        str(pick([".", ".", ".", "·", ","])),
        str(pick(["−", "–", "-"])),
        str(pick(["{c} ({p})", "{c} ({p}%)", "{c}/{n} ({p}%)", "{p}% ({c}/{n})", "{c}/{n}"])),
        str(pick(["{m} ({s})", "{m} ± {s}", "split"])),
        str(pick(["–", " to ", ", "])),
        ("(", ")") if rng.random() < 0.7 else ("[", "]"),
        str(pick(["label", "caption", "label"])),
        str(pick(["head", "second", "row"])),
        str(pick(["{:.3f}", "{:.2f}"])),
        bool(rng.random() < 0.4),
        bool(rng.random() < 0.3),
    )


class Printer:
    """Writes numbers as the style has them; what it returns second is the truth."""

    def __init__(self, how: Style, rng: np.random.Generator) -> None:
        self.how, self.rng = how, rng

    def number(self, value: float, places: int) -> tuple[str, str]:
        plain = f"{value:.{places}f}"
        text = plain.replace(".", self.how.point).replace("-", self.how.minus)
        return text, plain

    def share(self, count: int, n: int) -> tuple[str, dict[str, str]]:
        text, percent = self.number(100 * count / n, 1)
        parts = {"count": str(count)}
        if "{p}" in self.how.share:
            parts["percent"] = percent
        if "{n}" in self.how.share:
            parts["denominator"] = str(n)
        return self.how.share.format(c=count, n=n, p=text), parts

    def mean(self, values: np.ndarray) -> tuple[str, dict[str, str]]:
        mean, m = self.number(float(values.mean()), 1)
        spread, s = self.number(float(values.std(ddof=1)), 1)
        form = "{m} ({s})" if self.how.mean == "split" else self.how.mean
        return form.format(m=mean, s=spread), {"value": m, "sd": s}

    def median(self, values: np.ndarray) -> tuple[str, dict[str, str]]:
        low, middle, high = np.percentile(values, [25, 50, 75])
        texts = [self.number(float(one), 1) for one in (middle, low, high)]
        o, c = self.how.bracket
        dash = "; " if self.how.dash == ", " and self.how.point == "," else self.how.dash
        text = f"{texts[0][0]} {o}{texts[1][0]}{dash}{texts[2][0]}{c}"
        names = ("value", "quartile_low", "quartile_high")
        return text, {name: one[1] for name, one in zip(names, texts, strict=True)}

    def p(self, value: float) -> tuple[str, dict[str, str]]:
        if value < 0.001:
            return "<0" + self.how.point + "001", {"p": "0.001"}
        text, plain = self.number(value, 3 if "3" in self.how.p else 2)
        if float(plain) == 0:
            return "<0" + self.how.point + "01", {"p": "0.01"}
        return text, {"p": plain}

    def estimate(self, values: tuple[float, float, float]) -> tuple[str, dict[str, str]]:
        a, b, c = (self.number(one, 2) for one in values)
        dash = " to " if min(values) < 0 else self.how.dash
        dash = "; " if dash == ", " and self.how.point == "," else dash
        return f"{a[0]} ({b[0]}{dash}{c[0]})", {"value": a[1], "ci_low": b[1], "ci_high": c[1]}


@dataclass
class Trial:
    arms: tuple[str, ...]
    sizes: tuple[int, ...]
    tables: list[PrintedTable]
    how: Style
    sentences: list[tuple[str, list[Number]]]


def trial(seed: int) -> Trial:
    rng = np.random.default_rng(seed)
    arms = NAMES[seed % len(NAMES)]
    sizes = tuple(int(n) for n in rng.integers(18, 160, len(arms)))
    how = style(rng)
    printer = Printer(how, rng)
    tables = [
        _baseline(printer, arms, sizes),
        _outcomes(printer, arms, sizes),
        _events(printer, arms, sizes),
    ]
    return Trial(arms, sizes, tables, how, _sentences(printer, arms, sizes))


def _heads(how: Style, arms: tuple[str, ...], sizes: tuple[int, ...], first: str, last: list[str]):
    """Heads with the sizes in the same row, in a second one, or in none."""
    names = list(zip(arms, sizes, strict=True))
    if how.size_in == "head":
        told = [(f"{a} (n = {n})", 1, 1) for a, n in names]
        return [[(first, 1, 1), *told, *[(x, 1, 1) for x in last]]]
    if how.size_in == "second":
        top = [(first, 1, 2), *[(a, 1, 1) for a, _ in names], *[(x, 1, 2) for x in last]]
        return [top, [(f"(n={n})", 1, 1) for _, n in names]]
    return [[(first, 1, 1), *[(a, 1, 1) for a, _ in names], *[(x, 1, 1) for x in last]]]


def _of(label: str, kind: str, how: Style) -> str:
    return f"{label}, {kind}" if how.kind_in == "label" else label


def _baseline(printer: Printer, arms: tuple[str, ...], sizes: tuple[int, ...]) -> PrintedTable:
    how, rng = printer.how, printer.rng
    with_p = bool(rng.random() < 0.5)
    total = how.total
    names = (*arms, "Total") if total else arms
    counts = (*sizes, sum(sizes)) if total else sizes
    heads = _heads(how, names, counts, "Characteristic", ["P value"] if with_p else [])
    spread = "mean ± SD" if how.mean == "{m} ± {s}" else "mean (SD)"
    caption = f"Table 1. Baseline characteristics. Values are {spread} or n (%)"
    caption += " unless stated otherwise." if how.kind_in == "caption" else ""
    made = PrintedTable(
        1, caption if how.kind_in == "caption" else ("Table 1. Baseline characteristics"), heads, []
    )
    if how.size_in == "row":
        made.rows.append([("n", 1), *[(str(n), 1) for n in counts], *([("", 1)] if with_p else [])])
        own = zip(names, counts, strict=True)
        made.truth += [Number("n", a, {"value": str(n)}) for a, n in own]
    mark = "<sup>a</sup>" if how.marks else ""
    for label in rng.permutation(np.array(BASELINE))[:3]:
        centre = float(rng.uniform(20, 130))
        groups = [rng.normal(centre, centre / 6, n) for n in sizes]
        shown = _of(str(label), spread, how) + mark
        row = _row(printer, made, shown, str(label), names, groups, printer.mean)
        if with_p:
            _p(printer, made, row, str(label), stats.f_oneway(*groups).pvalue)
        made.rows.append(row)
    for label in rng.permutation(np.array(YES_NO))[:3]:
        share = float(rng.uniform(0.1, 0.8))
        groups = [rng.random(n) < share for n in sizes]
        row = _row(
            printer,
            made,
            _of(str(label), "n (%)", how),
            str(label),
            names,
            groups,
            lambda own: printer.share(int(own.sum()), len(own)),
        )
        if with_p:
            table = [[g.sum() for g in groups], [len(g) - g.sum() for g in groups]]
            _p(printer, made, row, str(label), stats.chi2_contingency(table).pvalue)
        made.rows.append(row)
    label = str(rng.choice(SKEWED))
    groups = [rng.lognormal(2.5, 0.6, n) for n in sizes]
    row = _row(printer, made, f"{label}, median (IQR)", label, names, groups, printer.median)
    if with_p:
        _p(printer, made, row, label, stats.kruskal(*groups).pvalue)
    made.rows.append(row)
    section, levels = SECTIONS[int(rng.integers(len(SECTIONS)))]
    weights = rng.dirichlet(np.full(len(levels), 5))
    groups = [rng.choice(len(levels), n, p=weights) for n in sizes]
    made.rows.append([(_of(section, "n (%)", how), 1), *[("", 1)] * (len(names) + with_p)])
    for at, level in enumerate(levels):
        own = [g == at for g in groups]
        row = _row(
            printer,
            made,
            level,
            level,
            names,
            own,
            lambda one: printer.share(int(one.sum()), len(one)),
            section,
        )
        if with_p:
            row.append(("", 1))
        made.rows.append(row)
    if how.marks:
        made.notes = "a At the first visit."
    return made


def _row(printer, made, shown, label, names, groups, write, section=None):
    whole = [np.concatenate(groups)] if len(names) > len(groups) else []
    row = [(shown, 1)]
    for name, own in zip(names, [*groups, *whole], strict=True):
        text, parts = write(own)
        row.append((text, 1))
        made.truth.append(Number(label, name, parts, section))
    return row


def _p(printer, made, row, label, value):
    text, parts = printer.p(float(value))
    row.append((text, 1))
    made.truth.append(Number(label, None, parts))


def _outcomes(printer: Printer, arms: tuple[str, ...], sizes: tuple[int, ...]) -> PrintedTable:
    """Means by visit; of two arms with their difference, interval and p."""
    how, rng = printer.how, printer.rng
    two = len(arms) == 2
    split = how.mean == "split"
    columns = 3 if split else 1
    heads = [[("Outcome", 1, 2)], []]
    for arm, n in zip(arms, sizes, strict=True):
        named = f"{arm} (n = {n})" if not split and how.size_in == "head" else arm
        heads[0].append((named, columns, 1))
        heads[1] += [(x, 1, 1) for x in (("n", "Mean", "SD") if split else ("Mean (SD)",))]
    if two:
        heads[0] += [("Mean difference (95% CI)", 1, 2), ("P", 1, 2)]
    made = PrintedTable(2, "Table 2. Outcomes over time", heads, [])
    for label in rng.permutation(np.array(OUTCOMES))[:2]:
        made.rows.append([(str(label), 1), *[("", 1)] * (columns * len(arms) + 2 * two)])
        for visit in ("Baseline", "6 weeks", "12 weeks"):
            centre = float(rng.uniform(10, 60))
            groups = [
                rng.normal(centre + 2 * at, centre / 5, int(n - rng.integers(0, 6)))
                for at, n in enumerate(sizes)
            ]
            row = [(visit, 1)]
            for arm, own in zip(arms, groups, strict=True):
                text, parts = printer.mean(own)
                if split:
                    both = float(own.mean()), float(own.std(ddof=1))
                    value, spread = (printer.number(x, 1)[0] for x in both)
                    row += [(str(len(own)), 1), (value, 1), (spread, 1)]
                else:
                    row.append((text, 1))
                made.truth.append(Number(visit, arm, parts, str(label), visit))
            if two:
                test = stats.ttest_ind(*groups)
                interval = test.confidence_interval()
                difference = float(groups[0].mean() - groups[1].mean())
                bounds = float(interval.low), float(interval.high)
                text, parts = printer.estimate((difference, *bounds))
                p, more = printer.p(float(test.pvalue))
                row += [(text, 1), (p, 1)]
                made.truth.append(Number(visit, None, parts | more, str(label), visit))
            made.rows.append(row)
    return made


def _events(printer: Printer, arms: tuple[str, ...], sizes: tuple[int, ...]) -> PrintedTable:
    """Events with a ratio in its own columns."""
    how, rng = printer.how, printer.rng
    two = len(arms) == 2
    named = f"{'Risk' if rng.random() < 0.5 else 'Odds'} ratio (95% CI)"
    heads = _heads(how, arms, sizes, "Event", [named, "P value"] if two else [])
    made = PrintedTable(3, "Table 3. Adverse events, n (%)", heads, [])
    if how.size_in == "row":
        made.rows.append([("n", 1), *[(str(n), 1) for n in sizes], *[("", 1)] * (2 * two)])
        made.truth += [Number("n", a, {"value": str(n)}) for a, n in zip(arms, sizes, strict=True)]
    for label in EVENTS:
        share = float(rng.uniform(0.1, 0.5))
        groups = [rng.random(n) < share for n in sizes]
        row = _row(
            printer,
            made,
            label,
            label,
            arms,
            groups,
            lambda own: printer.share(int(own.sum()), len(own)),
        )
        if two:
            a, c = (max(1, int(g.sum())) for g in groups)
            ratio = (a / sizes[0]) / (c / sizes[1])
            error = float(np.sqrt(1 / a - 1 / sizes[0] + 1 / c - 1 / sizes[1]))
            bounds = (ratio, ratio * np.exp(-1.96 * error), ratio * np.exp(1.96 * error))
            text, parts = printer.estimate(tuple(float(x) for x in bounds))
            p, more = printer.p(float(2 * stats.norm.sf(abs(np.log(ratio)) / error)))
            row += [(text, 1), (p, 1)]
            made.truth.append(Number(label, None, parts | more))
        made.rows.append(row)
    return made


def _sentences(printer: Printer, arms: tuple[str, ...], sizes: tuple[int, ...]):
    """Sentences of the abstract, each with what it prints."""
    rng, how = printer.rng, printer.how
    made = []
    counts = [int(rng.integers(3, n - 2)) for n in sizes[:2]]
    shares = [printer.number(100 * c / n, 1) for c, n in zip(counts, sizes, strict=False)]
    p, of_p = printer.p(float(rng.uniform(0.01, 0.6)))
    sign = "" if p.startswith("<") else " = "
    text = (
        f"The primary outcome occurred in {counts[0]}/{sizes[0]} ({shares[0][0]}%) patients in the "
        f"{arms[0]} arm and in {counts[1]}/{sizes[1]} ({shares[1][0]}%) in the "
        f"{arms[1]} arm (P{sign}{p})."
    )
    numbers = [
        Number("", arm, {"count": str(c), "denominator": str(n), "percent": s[1]})
        for arm, c, n, s in zip(arms, counts, sizes, shares, strict=False)
    ]
    made.append((text, [*numbers, Number("", None, of_p)]))
    ratio = float(rng.uniform(0.5, 0.9))
    (a, b, c) = (printer.number(x, 2) for x in (ratio, ratio * 0.7, ratio * 1.4))
    text = (
        f"The hazard ratio for relapse was {a[0]} (95% CI "
        f"{b[0]}{' to ' if how.point == ',' else '–'}{c[0]}; P = 0{how.point}21)."
    )
    parts = {"value": a[1], "ci_low": b[1], "ci_high": c[1], "p": "0.21"}
    made.append((text, [Number("", None, parts)]))
    f = printer.number(float(rng.uniform(0.5, 9)), 2)
    text = f"The effect of time was tested, F(2, {sizes[0]}) = {f[0]}, P = 0{how.point}04."
    parts = {"statistic": f[1], "df1": "2", "df2": str(sizes[0]), "p": "0.04"}
    made.append((text, [Number("", None, parts)]))
    means = [printer.number(float(x), 1) for x in rng.uniform(20, 60, 4)]
    text = (
        f"At the end the score was {means[0][0]} ± {means[1][0]} with {arms[0]} and "
        f"{means[2][0]} ± {means[3][0]} with {arms[1]}."
    )
    made.append(
        (
            text,
            [
                Number("", arms[0], {"value": means[0][1], "sd": means[1][1]}),
                Number("", arms[1], {"value": means[2][1], "sd": means[3][1]}),
            ],
        )
    )
    return made
