"""multiverse.html: the curves of a trial, each point a link to its row, each row to its rows."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np

from trialtrace.base.arrays import Flags
from trialtrace.base.store import write_text
from trialtrace.base.words import p_text, percent, value_text
from trialtrace.report.multiverse.drawing import specification_curve, vibration
from trialtrace.report.multiverse.material import (
    MARKS,
    CurveTables,
    Point,
    curves_of,
    level_words,
)
from trialtrace.report.multiverse.sentences import NULL, heading, sentences, several
from trialtrace.report.pages.plots import STYLE, figure, row
from trialtrace.report.pages.shell import page_alone, table_lines
from trialtrace.run.trace.functions import functions_of
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.multiverse.file import Factor
from trialtrace.run.trial.multiverse.load import SpecifiedTrial, specified

TITLE = "Multiverse"
CAPTION = (
    "Above, the estimates in their order with their intervals; a ring marks the registered one, a "
    "wider one the published. In the middle, z in its order over the band in which 95 % of "
    "re-randomised curves lie at each place, with the level's border. Below, the choices of each "
    "estimate. Grey points are not tested. A point leads to its row."
)


VIBRATION = "Each tested estimate, from the least to the largest, against its z."
# Choices of the map.
PAIR = 2


def render_multiverse(trial: Trial, folder: Path, out: Path, code: str) -> None:
    """Write the page from the tables in `folder`; `code` is the hash that made them."""
    of = specified(trial)
    body = "\n".join(_body(of, curves_of(of, folder), code))
    write_text(out, page_alone(trial, TITLE, body, STYLE))


def _body(trial: SpecifiedTrial, curves: list[CurveTables], code: str) -> Iterator[str]:
    analysis = trial.plan.analyses[trial.multiverse.file.of]
    yield f"<h1>{TITLE} of {escape(analysis.label)}</h1>"
    yield f'<p class="subject">{escape(trial.title)}</p>'
    yield (
        f"<p>{len(trial.specifications)} specifications: every combination of the choices below"
        f"{' that is not forbidden' if trial.multiverse.file.forbid else ''}. Those of one "
        f"statistic, comparison, endpoint and population make a curve.</p>\n<p>{NULL}</p>"
    )
    if len(curves) > 1:
        yield f"<p>{escape(several(curves))}</p>"
    yield "<h2>Choices</h2>"
    yield from _factors(trial)
    for curve in curves:
        yield from _curve(trial, curve)
    yield f'<p class="id">code {escape(code)}</p>'


def _factors(trial: SpecifiedTrial) -> Iterator[str]:
    rows = []
    for factor in trial.multiverse.file.factors.values():
        for name, level in factor.levels.items():
            marks = [mark for mark in MARKS if getattr(level, mark)]
            known = (level.known or "").replace("_", " ")
            says, why = level_words(trial, factor, level), level.why or factor.why
            cells = (factor.label, name, ", ".join(marks), known)
            rows.append(row(cells, says, why))
    names = ("choice", "level", "marked", "known", "what it does", "why it is defensible")
    yield from table_lines(names, rows)


def _curve(trial: SpecifiedTrial, curve: CurveTables) -> Iterator[str]:
    yield f'<h2 id="{curve.anchor}">{escape(heading(trial, curve))}</h2>'
    yield from (f"<p>{escape(text)}</p>" for text in sentences(trial, curve))
    factors = trial.multiverse.file.factors
    if curve.estimated:
        yield figure(specification_curve(curve, factors), CAPTION)
        if picture := vibration(curve):
            yield figure(picture, VIBRATION)
        yield "<h3>What each choice does</h3>"
        yield from _decisions(trial, curve)
    yield "<h3>Specifications</h3>"
    yield from _code(curve)
    if len(curve.points) < curve.row["specifications"]:
        yield (
            f"<p>Listed and drawn are {len(curve.points)} of {curve.row['specifications']}, evenly "
            "over the order of the estimates, with both ends and what is marked. All stand in "
            "specifications.parquet and results.parquet beside this page, and <code>trialtrace "
            f"trace {escape(trial.name)} ID</code> follows each; the numbers above are of all.</p>"
        )
    yield from table_lines(
        ("specification", "estimate", "n", "p", "adjusted p", "z", "method and id"),
        (_row(point) for point in curve.points),
        "frame",
    )


def _decisions(trial: SpecifiedTrial, curve: CurveTables) -> Iterator[str]:
    """By level: how many, their middle and range, which share passes; by factor its share."""
    shares = {each["factor"]: each["share"] for each in curve.spread}
    exact = all(each["exact"] for each in curve.spread)
    factors = curve.varied(trial.multiverse.file.factors)
    there, rows = ~np.isnan(curve.values), []
    for name, factor in factors.items():
        spread = f"{percent(shares[name])} %" if name in shares else ""
        for level in factor.levels:
            here = there & (curve.levels[name] == level)
            if here.any():
                rows.append(row((factor.label, level, *_decision(curve, here), spread)))
    names = ("choice", "level", "estimates", "median", "from", "to", "adjusted p below the level")
    yield from table_lines((*names, "share of the spread"), rows)
    if shares:
        how = (
            "The grid is balanced, so that the shares are those of the main effects in any order"
            if exact
            else "The grid is not balanced: each share is what a choice adds to those above it"
        )
        yield f"<p>{how}; {percent(shares[None])} % are left to combinations of choices.</p>"
    if curve.row["median"] is not None and len(shares) > PAIR:
        first, second = sorted(
            (name for name in factors if name in shares), key=lambda name: -shares[name]
        )[:PAIR]
        yield from _map(curve, (first, factors[first]), (second, factors[second]))


def _map(curve: CurveTables, down: tuple[str, Factor], across: tuple[str, Factor]) -> Iterator[str]:
    """The median estimate by the levels of the two choices that account for most."""
    (above, rows), (column, columns) = down, across
    there, lines = ~np.isnan(curve.values), []
    for level in rows.levels:
        inside = there & (curve.levels[above] == level)
        cells = [curve.values[inside & (curve.levels[column] == other)] for other in columns.levels]
        texts = [curve.text(float(np.median(values))) if values.size else "" for values in cells]
        lines.append(row([level, *texts]))
    yield f"<p>Median estimates by the two choices that account for most: {escape(rows.label)} "
    yield f"down, {escape(columns.label)} across.</p>"
    heads = map(escape, (rows.label, *columns.levels))
    yield from table_lines(heads, lines)


def _decision(curve: CurveTables, here: Flags) -> tuple[str, ...]:
    values, p = curve.values[here], curve.adjusted[here]
    tested, passing = (~np.isnan(p)).sum(), (p <= curve.row["level"]).sum()
    middle = curve.text(float(np.median(values))) if curve.row["median"] is not None else ""
    ends = (curve.text(float(values.min())), curve.text(float(values.max())))
    return str(values.size), middle, *ends, f"{passing} of {tested}" if tested else ""


def _row(point: Point) -> str:
    tested, result = point.row, point.result
    what = point.choices + (f" ({', '.join(point.marks)})" if point.marks else "")
    numbers = [
        result["error"] or result["stat_text"],
        result["n_used"] if result["n_used"] is not None else "",
        *("" if p is None else p_text(p) for p in (tested["p_value"], tested["p_adjusted"])),
        "" if tested["z"] is None else value_text("z", tested["z"]),
    ]
    name = f"{escape(result['method'])} <code>{escape(tested['result_id'])}</code>"
    cells = row(numbers, first=what, anchor=point.anchor).removesuffix("</tr>")
    return f"{cells}<td>{name}</td></tr>"


def _code(curve: CurveTables) -> Iterator[str]:
    """The functions behind each method of a curve, and how to follow a row."""
    results = curve.results
    methods = dict(
        zip(*(results[key].to_pylist() for key in ("method", "analysis_id")), strict=True)
    )
    for method, analysis in methods.items():
        places = (
            f"{each['name']} ({each['file']}, line {each['line']})"
            for each in functions_of(analysis, method)
        )
        yield f"<p>{escape(method)}: {escape(', '.join(places))}.</p>"
