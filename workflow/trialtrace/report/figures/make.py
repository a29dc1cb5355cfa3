"""Makes every figure that a trial's plan asks for, and says where it stands in the report: on its
first screen, beside an analysis, or alone."""

import csv
import importlib
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from math import floor, isfinite, log10
from pathlib import Path

from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_text
from trialtrace.base.words import LABELS
from trialtrace.report.figures.canvas import save_drawing
from trialtrace.report.figures.forest import arrows, strip
from trialtrace.report.figures.picture import (
    Cell,
    Data,
    Given,
    NothingToDraw,
    Picture,
    Request,
    in_a_row,
)
from trialtrace.report.figures.rows_shown import STRIP, data_of, planned_side, rows_of_strips, told
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.tree.mailed import FILES
from trialtrace.report.sections.questions import label_at_look, question_of
from trialtrace.report.tables import pair_text
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.displays.registry import display_of, displays
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.reported import in_main_report

# Specification strip: a primary result under every analysis that asks the same question.


def strips(material: Material) -> Iterator[tuple[str, Picture]]:
    """(analysis, picture) of each primary analysis that others ask the same question as."""
    for analysis, rows in rows_of_strips(material):
        yield analysis.name, _strip(material, analysis, rows)


OF_N = " n is of all computed with: of more than two arms where one model has all of them."
OF_IMPUTED = " Where values are imputed it is of both arms, and the models that draw have all arms."


def _strip(material: Material, analysis: Analysis, rows: list[ResultRow]) -> Picture:
    """The estimates by question, in each from the lowest to the highest; a heading for each
    comparison, endpoint and visit where there are several."""
    asked = list(dict.fromkeys(map(question_of, rows)))
    ordered = sorted(
        rows, key=lambda row: (asked.index(question_of(row)), present(row["stat_value"]))
    )
    names = [_name(material, row, len(asked) > 1) for row in ordered]
    visits = len({row["visit"] for row in rows}) > 1
    blocks = {
        _heading(material, picture[0], visits) if len(asked) > 1 else "": [
            (_short(material, row), row) for row in picture
        ]
        for key in asked
        if (picture := [row for row in ordered if question_of(row) == key])
    }
    stat = rows[0]["stat_name"]
    caption = (
        f"{analysis.label}: {LABELS[stat]} under all analyses of the plan that ask the same "
        f"question, sorted.{arrows(ordered, stat)}{points_alone(ordered)}{OF_N}"
    )
    caption += OF_IMPUTED * any("imputations" in json.loads(row["options"]) for row in ordered)
    alt = f"Specification strip of the {LABELS[stat]}: {told(names, ordered)}."
    return Picture(
        strip(material, stat, blocks, planned_side(material, analysis.name)),
        caption,
        alt,
        data_of(material, ordered, names),
    )


def points_alone(rows: list[ResultRow]) -> str:
    """What a caption says of estimates that have no interval."""
    alone = any(row["ci_low"] is None for row in rows)
    return " A point without a line is an estimate without an interval." * alone


def _heading(material: Material, row: ResultRow, visits: bool) -> str:
    visit = [row["visit"]] if visits and row["visit"] else []
    return ", ".join([*material.parameter_words(row), *visit, pair_text(material, row)])


def _short(material: Material, row: ResultRow) -> str:
    label = label_at_look(material, material.trial.plan.analyses[row["analysis_id"]])
    return f"{label} ({method_of(row['method']).title})"


def _name(material: Material, row: ResultRow, several: bool) -> str:
    label = label_at_look(material, material.trial.plan.analyses[row["analysis_id"]])
    arm = f", {material.arm_label(row['comparison'])}" if several else ""
    visit = f", {row['visit']}" if row["visit"] else ""
    return f"{label}{visit}{arm} ({method_of(row['method']).title})"


# Where the figures that cards of displays name stand: a module with
# `draw(material, given) -> Picture` each.
FIGURES = "trialtrace.report.figures"
# What is looked at first where the primary outcome is a time.
CURVES = ("kaplan_meier", "cumulative_incidence", "interval_survival")


@dataclass(frozen=True)
class Drawn:
    """A figure's place in the report, its file and words; `why` where there is no figure.

    `analysis` is the one beside which it stands; empty where it belongs to none. `data` is the
    file of its numbers.
    """

    kind: str
    label: str
    file: str
    caption: str
    alt: str
    analysis: str
    why: str = ""
    data: str = ""
    # Whether it holds shares against a threshold.
    held: bool = False


def draw_figures(material: Material, folder: Path) -> list[Drawn]:
    """Write every figure into `folder`; a list of what was drawn, in the report's order."""
    stamp, fine = material.trial.stamp, material.disclosure == "full"
    folder.mkdir(parents=True, exist_ok=True)  # also where the plan asks for no figure
    drawn = []
    for kind, name, given in asked(material):
        beside = home(material, given)
        try:
            picture = _picture(material, kind, given)
        except NothingToDraw as reason:
            drawn.append(Drawn(kind, _label(name), "", "", "", beside, str(reason)))
            continue
        picture = replace(picture, caption=picture.caption + elsewhere(material, given, beside))
        figure = _drawn(picture, folder, (kind, name, beside), stamp=stamp, fine=fine)
        drawn.append(replace(figure, held=given.get("threshold") is not None and kind == "bars"))
    for analysis, picture in strips(material):
        place = STRIP, f"{STRIP}_{analysis}", analysis
        drawn.append(_drawn(picture, folder, place, stamp=stamp, fine=fine))
    return drawn


def _label(name: str) -> str:
    return f"fig-{name.replace('_', '-')}"


def _drawn(
    picture: Picture, folder: Path, place: tuple[str, str, str], *, stamp: Stamp | None, fine: bool
) -> Drawn:
    """A figure that is written; `place` is its kind, its name and the analysis beside which it
    stands."""
    kind, name, beside = place
    save_drawing(picture.figure, folder, name, stamp)
    data = _written(picture.data, folder / f"{name}.csv", stamp=stamp, fine=fine)
    return Drawn(kind, _label(name), f"{name}.png", picture.caption, picture.alt, beside, data=data)


def _written(data: Data, file: Path, *, stamp: Stamp | None, fine: bool) -> str:
    """The name of the file of the numbers of a figure, written; each row has the stamp."""
    columns = [stamp.column] if stamp else []
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow([*data.columns, *(name for name, _ in columns)])
    told = [value for _, value in columns]
    lines.writerows([*(_cell(one, fine) for one in row), *told] for row in data.rows)
    write_text(file, text.getvalue())
    return file.name


def _cell(value: Cell, fine: bool) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:.12g}" if fine else shown_digits(value)


def shown_digits(value: float) -> str:
    """A number with three digits, but whole ones and those above 100 with one decimal: what a
    picture or a table prints, so that two reports do not give away one patient between them."""
    if not isfinite(value) or value == round(value):
        return f"{value:.12g}"
    return f"{round(value, max(1, 2 - floor(log10(abs(value))))):.12g}"


def asked(material: Material) -> Iterator[tuple[str, str, Given]]:
    """(kind, name, what the plan says) of every figure."""
    given = material.trial.plan.displays
    for display in displays(given):
        kind = display.kind
        if display.table:
            continue
        if display.once:
            yield kind, kind, given[kind]
            continue
        for number, entry in enumerate(given[kind], start=1):
            yield kind, f"{kind}_{number}", entry


def _picture(material: Material, kind: str, entry: Given) -> Picture:
    display = display_of(kind)
    if display.single_patients and material.disclosure != "full":
        raise NothingToDraw(
            f"{entry['title']}: no figure, since it would show single patients and disclosure is "
            f"{material.disclosure}."
        )
    module = importlib.import_module(f"{FIGURES}.{kind}")
    picture: Picture = module.draw(material, entry)
    return picture


def home(material: Material, display: Given) -> str:
    """The analysis beside which a figure stands: the one it names, else the first of its
    endpoint, else the first of an endpoint made from it or that it is made from, else the first
    of another scale of its instrument; "" for none."""
    if "analysis" in display:
        return display["analysis"]
    if "of" in display and isinstance(display["of"], list):
        return display["of"][0]
    if "endpoint" not in display:
        return ""
    wanted = set(Request(material, display).names())
    trial = material.trial
    endpoints = trial.endpoints
    related = {
        child
        for child, endpoint in endpoints.items()
        if wanted & set(endpoint.entry.parents)
        or any(child in endpoints[w].entry.parents for w in wanted)
    }
    families = {endpoints[name].family or name for name in wanted}
    siblings = {name for name, endpoint in endpoints.items() if endpoint.family in families}
    for chosen in (wanted, related, siblings):
        for analysis in trial.plan.analyses.values():
            if chosen & {endpoint.name for endpoint in parameters(trial, analysis)}:
                return analysis.name
    return ""


def elsewhere(material: Material, display: Given, beside: str) -> str:
    """Which analyses that a figure shows have their tables in another document than it."""
    trial = material.trial
    analyses = trial.plan.analyses
    if beside not in analyses or not isinstance(display.get("of"), list):
        return ""
    main = in_main_report(trial, analyses[beside])
    labels = [
        f"“{analyses[name].label}”"
        for name in display["of"]
        if in_main_report(trial, analyses[name]) != main
    ]
    where = "supplement" if main else "main report"
    return f" More of {in_a_row(labels)} is in the {where}." if labels else ""


def of_summary(drawn: list[Drawn], primary: Collection[str]) -> list[Drawn]:
    """The figure of page 1: the first curve of a primary analysis, or its shares beside a
    threshold, else the first forest plot, else the flow."""
    of_primary = [one for one in drawn if one.analysis in primary and one.file]
    curves = [one for one in of_primary if one.held or one.kind in CURVES]
    return [*curves, *first_figures(drawn)][:1]


def beside(drawn: list[Drawn], analysis: str, before: list[Drawn]) -> list[Drawn]:
    """The figures that stand beside an analysis and not `before`; with "" those beside none."""
    first = [*before, *first_figures(drawn)]
    return [each for each in drawn if each.analysis == analysis and each not in first]


def first_figures(drawn: list[Drawn]) -> list[Drawn]:
    """The first forest plot of the plan and the flow."""
    forests = [each for each in drawn if each.kind == "forest"][:1]
    return [*forests, *(each for each in drawn if each.kind == "flow")]


def images(drawn: list[Drawn]) -> str:
    """Images with label, caption and alternative text; a sentence where there is none."""
    return "\n\n".join(
        escape_markdown(each.why)
        if each.why
        else f"![{escape_markdown(each.caption)} {_links(each)}]"
        f"(figures/{each.file})"
        f'{{#{each.label} fig-alt="{escape_markdown(each.alt)}"}}'
        for each in drawn
    )


def _links(figure: Drawn) -> str:
    """Links to the numbers of a figure, and to it as a drawing."""
    drawing = figure.file.removesuffix(".png") + ".svg"
    links = (("Its numbers (CSV)", figure.data), ("SVG", drawing))
    shown = ", ".join(f"[{name}](figures/{file})" for name, file in links)
    return f"[{shown}.]{{.{FILES}}}"
