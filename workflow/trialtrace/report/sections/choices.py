"""What changes under other choices: an analysis and those made `of` it, side by side."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from trialtrace.base.words import IN_UNITS, LABELS, P_VALUES, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.figures.rows_shown import SIDES, TOTAL, arm_of, in_arm, of_arms
from trialtrace.report.links import analysis_place, choices_place, trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decided_early import decided_early
from trialtrace.report.sections.endpoints_section import scale_words
from trialtrace.report.sections.questions import (
    Estimate,
    Key,
    Pair,
    asking,
    by_cut,
    children,
    estimate_of,
    first_statistic,
    label_at_look,
    missing_bounds,
    question_of,
)
from trialtrace.report.sections.results_in_short import arm_in_text
from trialtrace.report.tables import (
    NO_BREAK,
    link,
    pair_text,
    texts_table,
    under,
    unit_of,
    with_level,
    with_sign,
)
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

_OF_EVENTS = re.compile(r"\[\d+/\d+\]")
MOST_LINES, PLACE = 40, ("parameter", "visit")
# p-values that count the looks of a trial that could stop.
STAGE_WISE = ".stage_wise_"
# An estimate that a line above has, and the label of the analysis of that line.
Above = dict[Estimate, str]
# What stands in place of an estimate, and of the p-values that a line before it has.
ONLY_TESTED, AS_ABOVE = "only tested", "as above"
SAME = "what changes under other choices", ""
OTHER = "other definitions, visits and estimands, which answer other questions", "-further"
NO_CHOICES = "Under other choices: the plan has no other analysis of this one."
Asked = Sequence[tuple["Analysis", dict[Key, list[ResultRow]]]]


def other_choices(material: Material, analysis: Analysis) -> str:
    """A line for each estimate of the analysis's first statistic, with the p-values beside it: of
    those that ask the same question, then a table of other visits and estimands.

    Where no other analysis is made of this one that is said of a primary one, else nothing is. A
    member that does not estimate that statistic is shown by its own first one.
    """
    members = [analysis, *children(material, analysis.name)]
    if members == [analysis]:
        return NO_CHOICES if analysis.role == "primary" else ""
    asked = [(member, asking(material, analysis, member)) for member in members]
    further = [(member, asking(material, analysis, member, other=True)) for member in members[1:]]
    choices = [
        _table(material, analysis, asked, SAME) if any(cuts for _, cuts in asked[1:]) else "",
        _table(material, analysis, further, OTHER),
    ]
    early = {m.label: text for m in members if (text := decided_early(material, m))}
    cautions = [escape_markdown(f"{label}: {text}") for label, text in early.items()]
    told = [*_bounds(material, analysis), *cautions] if any(choices) else []
    return "\n\n".join([*filter(None, choices), *told])


def _bounds(material: Material, analysis: Analysis) -> Iterator[str]:
    """How far the first estimate of each comparison could go, and the p-value with it, whatever the
    lacking outcomes were; where they are from."""
    wanted, told = first_statistic(material.of(analysis.name)), []
    for rows in by_cut(material.printable(analysis.name), analysis).values():
        for first in _estimates(rows, wanted)[:1]:
            for member, low, high in missing_bounds(material, analysis, first):
                p = [
                    link(row)
                    for row in material.of(member.name)
                    if row["stat_name"] in ("p_lowest", "p_highest")
                    and question_of(row) == question_of(first)
                ]
                reach = f"{link(low)} to {link(high)}"
                reach += f", p from {' to '.join(p)}" if p else ""
                whom = escape_markdown(pair_text(material, first))
                at = f"[{escape_markdown(member.label)}](#{analysis_place(member.name)})"
                told.append(f"{whom} {reach} ({at})")
    if told:
        what = f"{_title(wanted, material.of(analysis.name))}, without sampling error"
        yield f"Whatever the outcomes of those without one were: {what}: {'; '.join(told)}."


def _table(material: Material, analysis: Analysis, members: Asked, which: tuple[str, str]) -> str:
    """The lines of `members` under the words and the end of the label of `which` table it is."""
    told, end = which
    wanted = first_statistic(material.of(analysis.name))
    pairs = {
        (key[2], key[3]) for _, cuts in members for key in cuts if key[2] is not None and key[3]
    }
    result_rows = by_cut(material.printable(analysis.name), analysis)
    one_visit = (
        len({key[1] for cuts in (result_rows, *(cuts for _, cuts in members)) for key in cuts}) == 1
    )
    # A table without that statistic is headed by the one that it has.
    estimates = [
        row for _, cuts in members for rows in cuts.values() for row in _estimates(rows, wanted)
    ]
    if len(shown := {row["stat_name"] for row in estimates}) == 1:
        wanted = shown.pop()
    title = _title(wanted, estimates)
    units = {row["parameter"]: unit_of(row).strip() for row in estimates}
    apart = units if len({*units.values()}) > 1 else {}
    where = partial(_where, material, one_visit=one_visit, units=apart)
    of = partial(_of_arms, material, [r for rows in result_rows.values() for r in rows])
    counts = ""
    if len(pairs) > 1:
        inside = [pair for pair in analysis.pairs if pair in pairs]
        every = [*inside, *sorted(pairs - {*inside})]
        header, body = _beside_arms(material, members, wanted, every, where, title, of)
        counts = f" {_n(body)} of both arms behind the first number of each analysis."
    else:
        above: Above = {}
        body = [
            line
            for member, cuts in members
            for line in _lines(material, member, cuts, wanted, where, above, of)
        ]
        arms = [arm_in_text(material, arm) for pair in pairs for arm in pair]
        n = ": ".join(filter(None, [_n(body), ", ".join(arms)]))
        header = ["Analysis", "Endpoint, visit", n, title, "p"]
    if not body or len(body) > MOST_LINES:
        return ""
    if all(line[1] == body[0][1] for line in body):
        body = [[line[0], *line[2:]] for line in body]
        del header[1]
    whom = "" if len(pairs) > 1 else "".join(f", {_against(material, *pair)}" for pair in pairs)
    label = choices_place(analysis.name).removeprefix("tbl-") + end
    scales = {
        scale_words(material.trial.endpoints.get(row["parameter"] or "")) for row in estimates
    }
    scale = scales.pop() if len(scales) == 1 and wanted in IN_UNITS else ""
    caption = f"{analysis.label}{whom}: {told}.{f' Values: {scale}.' if scale else ''}{counts}"
    return texts_table(material, header, body, label, caption)


def _beside_arms(
    material: Material,
    members: Asked,
    wanted: str | None,
    pairs: list[Pair],
    where: Callable[[Key, ResultRow], str],
    title: str,
    of: Callable[[Sequence[str], list[ResultRow], list[ResultRow]], list[str]],
) -> tuple[list[str], list[list[str]]]:
    """Head and lines of several comparisons: a column each under what they are compared with, one
    of tests of all arms, a line a method."""
    body: list[list[str]] = []
    above: Above = {}
    columns: list[Pair | None] = [*pairs, None]
    arms = [arm for arm in material.trial.design.arms if any(arm in pair for pair in pairs)]
    for member, cuts in members:
        label = _label(material, member)
        places: dict[Key, dict[Pair | None, list[ResultRow]]] = {}
        for key, rows in cuts.items():
            pair = (key[2], key[3]) if key[2] and key[3] else None
            places.setdefault(key[:2], {})[pair] = rows
        for key, by_pair in places.items():
            place = where((*key, *pairs[0]), next(iter(by_pair.values()))[0])
            every = [row for rows in by_pair.values() for row in rows]
            # Tests of all arms have patients of their own where nothing else does.
            counted = {*by_pair} - {None} or {*by_pair}
            for method, cells in _methods(material, by_pair, wanted, above, member.label).items():
                for pair in counted & {*cells}:
                    of_pair = [row for row in by_pair[pair] if _short(row) == method]
                    counts = of_pair or by_pair[pair]
                    n = in_a_row(of(pair or arms, counts, every))
                    cells[pair] = ", ".join([cells[pair], n])
                counted -= {*cells}
                shown = [cells.get(column, "") for column in columns]
                body.append([label, place, escape_markdown(upper_first(method)), *shown])
                label = ""
    if not any(line[-1] for line in body):
        body, columns = [line[:-1] for line in body], columns[:-1]
    heads = [_head(material, pair, pairs, title) for pair in columns]
    return ["Analysis", "Endpoint, visit", "Method", *heads], body


def _label(material: Material, member: Analysis) -> str:
    """What an analysis is called, with the level at which its tests would be decided where that is
    not the one of the analysis that it is a choice of."""
    level, of = member.decision_level, material.trial.plan.analyses.get(member.of or member.name)
    own = of is not None and level != of.decision_level
    label = label_at_look(material, member)
    return escape_markdown(f"{label} (at a level of {level:.3g})" if own else label)


def _methods(
    material: Material,
    by_pair: dict[Pair | None, list[ResultRow]],
    wanted: str | None,
    above: Above,
    label: str,
) -> dict[str, dict[Pair | None, str]]:
    """By the title of a method the cell of each pair: its estimates, then p of its tests, without
    those `above`; where all of them are, a line that says in which analysis, with what they are."""
    found: dict[str, dict[Pair | None, str]] = {}
    every = {
        pair: [*_estimates(rows, wanted), *_tests(rows, wanted)] for pair, rows in by_pair.items()
    }
    for tests in (False, True):
        for pair, rows in every.items():
            for row in rows:
                if (row["stat_name"] == "p_value") == tests and estimate_of(row) not in above:
                    above[estimate_of(row)] = label
                    cells = found.setdefault(_short(row), {})
                    told = [cells.get(pair), _named(material, row, wanted)]
                    cells[pair] = "; ".join(filter(None, told))
    again = {
        pair: "; ".join(dict.fromkeys(_named(material, row, wanted) for row in rows))
        for pair, rows in every.items()
    }
    of = dict.fromkeys(above[estimate_of(row)] for rows in every.values() for row in rows)
    return found or ({f"{AS_ABOVE}: {'; '.join(of)}": again} if any(again.values()) else {})


def _named(material: Material, row: ResultRow, wanted: str | None) -> str:
    """A number, with what it is where that is not the `wanted` statistic of its column, and the
    level of an interval that is not the plan's."""
    if row["stat_name"] == "p_value":
        return f"p{NO_BREAK}{with_sign(row)}"
    usual = row["ci_level"] in (None, material.trial.plan.confidence)
    return _what(material, row, wanted) + (link(row) if usual else with_level(row))


def _what(material: Material, row: ResultRow, wanted: str | None) -> str:
    """ "odds ratio ", "difference of the shares with the event at 168 days "."""
    unit = material.tracer.about.time_unit(row) if row["group2"] == "time" else ""
    at = f" at {row['group2_level']}{unit}" if row["group2"] == "time" else ""
    what = LABELS[row["stat_name"]] if row["stat_name"] != wanted or at else ""
    return f"{escape_markdown(what + at)} " if what else ""


def _head(material: Material, pair: Pair | None, pairs: list[Pair], title: str) -> str:
    """ "[Risk difference against Placebo]{.over}: Drug", the words before once for all arms."""
    if pair is None:
        return "All arms"
    references = {reference for _, reference in pairs}
    if len(references) > 1:
        return under(title, f": {escape_markdown(_against(material, *pair))}")
    over = f"{title} against {escape_markdown(material.arm_label(pair[1]))}"
    return under(over, f": {escape_markdown(material.arm_label(pair[0]))}")


def _title(wanted: str | None, rows: Sequence[ResultRow]) -> str:
    """ "Risk difference, percentage points"; what a member has in its place is named there."""
    if wanted is None:
        return "Estimate"
    units = dict.fromkeys(unit_of(row).strip() for row in rows if row["stat_name"] == wanted)
    unit = [*units] if len(units) == 1 else []
    return escape_markdown(", ".join(filter(None, [upper_first(LABELS[wanted]), *unit])))


def _lines(
    material: Material,
    member: Analysis,
    cuts: dict[Key, list[ResultRow]],
    wanted: str | None,
    where: Callable[[Key, ResultRow], str],
    above: Above,
    of: Callable[[Sequence[str], list[ResultRow], list[ResultRow]], list[str]],
) -> Iterator[list[str]]:
    """Lines of one analysis: its label stands in the first, its p-values beside the first
    estimate of each comparison. No cell of a number is blank: it says why there is none. What
    a line `above` has already is not printed once more."""
    label = _label(material, member)
    computed = by_cut(material.of(member.name), member)
    for key, rows in cuts.items():
        estimates, tests = _estimates(rows, wanted), _tests(rows, wanted)
        if not estimates and not tests:
            continue
        new = [row for row in tests if estimate_of(row) not in above]
        p = ", ".join(f"{link(row)} ({escape_markdown(_short(row))})" for row in new)
        p = p or (AS_ABOVE if tests else _without_test(rows, computed[key]))
        above |= dict.fromkeys(map(estimate_of, new), member.label)
        for at in range(max(len(estimates), 1)):
            shown = _estimate(material, estimates[at], wanted, above) if estimates else ONLY_TESTED
            counts = estimates[at : at + 1] or tests
            n = ", ".join(of([*filter(None, key[2:])], counts, rows))
            yield [label, where(key, rows[0]), n, shown, p]
            label, p = "", AS_ABOVE if tests else p


def _of_arms(
    material: Material,
    first: list[ResultRow],
    arms: Sequence[str],
    rows: list[ResultRow],
    every: list[ResultRow],
) -> list[str]:
    """ "12/40", "24/34": events and patients of each arm in a line, as `every` row of its place has
    them or, of the same patients, the `first` analysis; else how many all are. Each is a link to
    the result that counts them."""
    known: dict[str | None, str] = {}
    links: dict[tuple[str | None, str], str] = {}
    place = values_of(every[0], PLACE)
    for of in (rows, every, [row for row in first if values_of(row, PLACE) == place]):
        for row, side in product(of, SIDES):
            text, at = in_arm(material, row, side)
            links.setdefault((arm_of(row, side), text), at)
    for of in ([row for row in first if values_of(row, PLACE) == place], every):
        found = of_arms(material, [row for row in of if row["comparison"]], known)
        known = known if None in found else found
    found = of_arms(material, rows, known)
    if None in found:
        return [f"[{found[None]}]({trace_link(rows[0]['result_id'], 'n')})"]
    return [f"[{found[arm]}]({links[arm, found[arm]]})" for arm in arms or found if arm in found]


def _n(body: list[list[str]]) -> str:
    return "n/N" if any(_OF_EVENTS.search(text) for line in body for text in line) else TOTAL


def _estimates(rows: list[ResultRow], wanted: str | None) -> list[ResultRow]:
    """The estimates of a statistic, else the first of what has an interval."""
    compared = [row for row in rows if row["comparison"]]
    found = [row for row in compared if row["stat_name"] == wanted]
    return found or [row for row in compared if row["ci_level"] is not None][:1]


def _tests(rows: list[ResultRow], wanted: str | None) -> list[ResultRow]:
    """The p-values; of those that count the looks, one for each statistic, that of the `wanted`."""
    return [
        row
        for row in rows
        if row["stat_name"] == "p_value" and row["method"].partition(STAGE_WISE)[2] in ("", wanted)
    ]


def _without_test(printed: list[ResultRow], computed: list[ResultRow]) -> str:
    """Why no p-value stands beside an estimate."""
    if any(row["stat_name"] in P_VALUES for row in printed):
        return "in its section"
    return (
        "no p: not adjusted" if any(r["stat_name"] in P_VALUES for r in computed) else "not tested"
    )


def _against(material: Material, treated: str | None, reference: str | None) -> str:
    return f"{material.arm_label(treated)} against {material.arm_label(reference)}"


def _where(
    material: Material,
    key: Key,
    row: ResultRow,
    *,
    one_visit: bool,
    units: Mapping[str | None, str],
) -> str:
    """The endpoint and the visit of a line where there are several, its unit where these differ;
    that it is of all arms."""
    _, visit, treated, _ = key
    parts = [*material.parameter_words(row), *([visit] if visit and not one_visit else [])]
    parts += filter(None, [units.get(row["parameter"])])
    parts += [] if treated else ["all arms"]
    return escape_markdown(", ".join(parts))


def _short(row: ResultRow) -> str:
    return method_of(row["method"]).title


def _estimate(material: Material, row: ResultRow, wanted: str | None, above: Above) -> str:
    if estimate_of(row) in above:
        return f"{AS_ABOVE} ({escape_markdown(_short(row))})"
    above[estimate_of(row)] = ""
    return f"{_named(material, row, wanted)} ({escape_markdown(_short(row))})"
