"""Analyses of variance of repeated measures: a sentence for each effect, and one table of all.

Degrees of freedom stand as the p beside them has them. Which correction that is says the plan;
Mauchly's test never decides it, and the uncorrected test stands beside.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from trialtrace.base.styles import style_of
from trialtrace.base.words import upper_first, value_text
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import adjusted_of, reach, rejected, verdict
from trialtrace.report.tables import (
    NO_BREAK,
    NOTHING,
    captioned,
    link,
    pipe_table,
    slug,
)
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

EPSILONS = {
    "gg": "Greenhouse\N{EN DASH}Geisser",
    "hf": "Huynh\N{EN DASH}Feldt (Lecoutre)",
    "lower": "lower bound of ε",
}
PLANNED = {
    "greenhouse_geisser": ("Greenhouse\N{EN DASH}Geisser", "epsilon_gg"),
    "huynh_feldt": ("Huynh\N{EN DASH}Feldt", "epsilon_hf"),
    "lower_bound": ("lower bound of ε", "epsilon_lower"),
}
CAPTION = (
    "analysis of variance, ready to be printed. Degrees of freedom are those of the p beside them; "
    "which correction counts says the plan, whatever Mauchly's test. An ε above 1 corrects as 1 "
    "does; F beside an ε is on the degrees of freedom that it gives. Intervals of partial η² are "
    "of 90 % and assume sphericity; where F is small one may lie below its estimate, which is too "
    "large on average. Generalised η² has none."
)
TIMES = "\N{MULTIPLICATION SIGN}"
# Analyses of more tests are told by their table alone.
MOST_SENTENCES = 6
# How a value is shown: as a link, or as text.
Show = Callable[[ResultRow], str]


@dataclass(frozen=True)
class FTest:
    """The results of one effect, by statistic; its adjusted p-value; the effect in words."""

    rows: dict[str, ResultRow]
    adjusted: ResultRow | None
    effect: str

    @property
    def within(self) -> bool:
        """Whether the effect is one within subjects, so that sphericity matters."""
        return "epsilon_gg" in self.rows

    @property
    def planned(self) -> str:
        """The correction that the plan names; empty for none, and between subjects."""
        if not self.within:
            return ""
        return str(json.loads(self.rows["f"]["options"] or "{}").get("sphericity", ""))


def f_tests(material: Material, name: str) -> list[FTest]:
    """The effects of the analyses of variance of repeated measures of an analysis, interactions
    first.

    Those by ranks have no η², and are none of these.
    """
    result_rows: dict[tuple[str | None, ...], dict[str, ResultRow]] = {}
    for row in material.of(name):
        if row["group2"] == "effect" and row["stat_name"] != "p_adjusted":
            at = (row["parameter"], row["visit"], row["stratum"], _method(row))
            result_rows.setdefault((*at, row["group2_level"]), {})[row["stat_name"]] = row
    places: dict[tuple[str | None, ...], list[FTest]] = {}
    for key, rows in result_rows.items():
        if "partial_eta_squared" in rows and "f" in rows:
            places.setdefault(key[:-1], []).append(_f_test(material, rows))
    # The interaction answers the question of the trial.
    return [
        test
        for tests in places.values()
        for test in sorted(tests, key=lambda test: -test.effect.count(TIMES))
    ]


def _f_test(material: Material, rows: dict[str, ResultRow]) -> FTest:
    effect = material.tracer.about.second_words(rows["f"])
    return FTest(rows, adjusted_of(material, rows["p_value"]), present(effect))


def told_ids(tests: Iterable[FTest]) -> set[str]:
    """The names of all results that the tables of these tests tell."""
    return {
        row["result_id"] for test in tests for row in (*test.rows.values(), test.adjusted) if row
    }


def _how_many_below(analysis: Analysis, tests: list[FTest]) -> str:
    """ "; adjusted p-values below 0.05 by effect: arm × visit 0 of 35, visit 22 of 35; arm is not
    judged": each effect by itself, since one says nothing of another."""
    level = analysis.decision_level
    effects: dict[str, list[float]] = {test.effect: [] for test in tests}
    for test in tests:
        if test.adjusted is not None and test.adjusted["stat_value"] is not None:
            effects[test.effect].append(test.adjusted["stat_value"])
    told = [
        f"{effect} {rejected(values, level)} of {len(values)}"
        for effect, values in effects.items()
        if values
    ]
    if not told:
        return ", whose p-values are not judged"
    side = reach([value for values in effects.values() for value in values], level)
    by = " by effect" if len(effects) > 1 else ""
    others = " and ".join(effect for effect, values in effects.items() if not values)
    rest = f"; {others} not judged" if others else ""
    return f"; adjusted p-values {side} {level:g}{by}: {', '.join(told)}{rest}"


def anova_sentences(material: Material, analysis: Analysis) -> Iterator[str]:
    """ "Side × visit: F(2.77, 58.12) = 1.24, p = 0.30 (Greenhouse–Geisser, ε 0.92), …"."""
    tests = f_tests(material, analysis.name)
    if len(tests) > MOST_SENTENCES:
        endpoints = len({test.rows["f"]["parameter"] for test in tests})
        of = f" of {endpoints} endpoints" if endpoints > 1 else ""
        yield f"{len(tests)} F tests{of}{_how_many_below(analysis, tests)}"
        return
    for test in tests:
        lead = "".join(
            f"{escape_markdown(one)}, " for one in material.parameter_words(test.rows["f"])
        )
        text = f"{lead}{f_sentence(test)}"
        text += _equals(", partial η²", test.rows["partial_eta_squared"], link)
        yield text + escape_markdown(verdict(material, analysis, test.rows["p_value"]))


def f_sentence(test: FTest) -> str:
    """ "Side × visit: F(2.77, 58.12) = 1.24, p = 0.30 (Greenhouse–Geisser, ε 0.92)", with links."""
    text = f"{escape_markdown(upper_first(test.effect))}: {_f_and_p(test, link)}"
    return text + _of_correction(test, link)


def _of_correction(test: FTest, show: Show) -> str:
    if test.planned not in PLANNED or test.rows["df1"]["stat_value"] == 1:
        return ""
    title, epsilon = PLANNED[test.planned]
    return f" ({title}, ε {show(test.rows[epsilon])})"


def anova_tables(material: Material, name: str) -> Iterator[str]:
    """One table of all effects: a line each where there are several endpoints, else a column."""
    tests = f_tests(material, name)
    methods = list(dict.fromkeys(_method(test.rows["f"]) for test in tests))
    for number, method in enumerate(methods, start=1):
        own = [test for test in tests if _method(test.rows["f"]) == method]
        told = f", {method_of(f'p_value.{method}').title}" if len(methods) > 1 else ""
        caption = f"{material.trial.plan.analyses[name].label}{told}: {CAPTION}"
        label = f"{name}-anova" + (f"-{number}" if number > 1 else "")
        yield captioned(material, _table(material, own), slug(label), caption)


def _table(material: Material, tests: list[FTest]) -> str:
    filled = [(title, [cell(test) for test in tests]) for title, cell in _columns(tests)]
    lines = [(title, cells) for title, cells in filled if any(cells)]
    places = [_place(material, test) for test in tests]
    effects = [escape_markdown(test.effect) for test in tests]
    if len(set(places)) == 1:
        return pipe_table(["Statistic", *effects], [[title, *cells] for title, cells in lines])
    body, before = [], None
    for at, (place, effect) in enumerate(zip(places, effects, strict=True)):
        lead = escape_markdown(place if place != before else "")
        body.append([lead, effect, *(cells[at] for _, cells in lines)])
        before = place
    header = ["Endpoint", "Effect", *(title for title, _ in lines)]
    return pipe_table(header, body, numbers_from=99)


def _method(row: ResultRow) -> str:
    return row["method"].split(".", 1)[1]


def _columns(tests: list[FTest]) -> list[tuple[str, Callable[[FTest], str]]]:
    """Titles as Markdown, with what fills a cell; an empty cell is no answer to the question."""
    planned = {PLANNED[test.planned][0] for test in tests if test.planned in PLANNED}
    by = f" ({' and '.join(sorted(planned))})" if planned else " (uncorrected)"
    return [
        ("n", _n),
        (escape_markdown(f"F and p as planned{by}"), lambda test: _f_and_p(test, link)),
        ("uncorrected", _uncorrected if planned else lambda test: ""),
        *(
            (escape_markdown(f"{title}: ε, F, p"), _correction(one))
            for one, title in EPSILONS.items()
        ),
        ("Mauchly's W, p", _mauchly),
        (escape_markdown("partial η²"), lambda test: link(test.rows["partial_eta_squared"])),
        (
            escape_markdown("generalised η²"),
            lambda test: link(test.rows["generalised_eta_squared"]),
        ),
    ]


def _n(test: FTest) -> str:
    row = test.rows["f"]
    return f"[{row['n_used']}]({trace_link(row['result_id'], 'n')})"


def _place(material: Material, test: FTest) -> str:
    row = test.rows["f"]
    stratum = [material.stratum_words(row["stratum"])] if row["stratum"] else []
    return ", ".join([*material.parameter_words(row), *stratum, *filter(None, [row["visit"]])])


def _f_and_p(test: FTest, show: Show) -> str:
    """ "F(2.77, 58.12) = 1.24, p = 0.30, adjusted p = 0.60", with the degrees of freedom of p."""
    df = [test.rows.get(f"{name}_corrected", test.rows[name]) for name in ("df1", "df2")]
    text = f"F({f',{NO_BREAK}'.join(map(show, df))}){_equals('', test.rows['f'], show)}"
    text += _equals(", p", test.rows["p_value"], show)
    return text + (_equals(", adjusted p", test.adjusted, show) if test.adjusted else "")


def _uncorrected(test: FTest) -> str:
    if not test.within:
        return ""
    df = f",{NO_BREAK}".join(link(test.rows[name]) for name in ("df1", "df2"))
    return f"F({df}){_equals('', test.rows['f'], link)}" + _equals(
        ", p", test.rows["p_uncorrected"], link
    )


def _correction(name: str) -> Callable[[FTest], str]:
    def cell(test: FTest) -> str:
        if not test.within:
            return ""
        epsilon, p = test.rows[f"epsilon_{name}"], test.rows[f"p_{name}"]
        value = epsilon["stat_value"]
        text = f"{link(epsilon)}{', taken as 1' if (value or 0) > 1 else ''}"
        if value is not None:
            chosen = PLANNED.get(test.planned, ("", ""))[1] == f"epsilon_{name}"
            text += (
                f", F({_planned_df(test) if chosen else _times(test, min(value, 1.0), epsilon)})"
            )
        return text + _equals(", p", p, link)

    return cell


def _planned_df(test: FTest) -> str:
    """Those of the correction that the plan names, which are results."""
    return f",{NO_BREAK}".join(link(test.rows[name]) for name in ("df1_corrected", "df2_corrected"))


def _times(test: FTest, epsilon: float, row: ResultRow) -> str:
    """ "1.59, 33.4": the degrees of freedom times ε, each a link to it."""
    times = [test.rows[name] for name in ("df1", "df2")]
    if any(df["stat_value"] is None for df in times):
        return NOTHING
    # A whole number that is not quite one after the product is printed as one.
    values = [round(present(df["stat_value"]) * epsilon, 9) for df in times]
    return f",{NO_BREAK}".join(
        link(row, value_text("df1_corrected", value, style_of(row))) for value in values
    )


def _mauchly(test: FTest) -> str:
    """Mauchly's test, or why there is none."""
    if not test.within:
        return ""
    if "mauchly_w" not in test.rows:
        return "not applicable: one contrast"
    if test.rows["mauchly_w"]["stat_value"] is None:
        return "undefined: too few subjects"
    return link(test.rows["mauchly_w"]) + _equals(", p", test.rows["mauchly_p"], link)


def _equals(name: str, row: ResultRow, show: Show) -> str:
    """ ", p = 0.30", ", p <0.0001"."""
    value = row["stat_value"]
    text = "" if value is None else value_text(row["stat_name"], value, style_of(row))
    sign = "" if text.startswith(("<", ">")) else f"={NO_BREAK}"
    return f"{name}{NO_BREAK}{sign}{show(row)}"
