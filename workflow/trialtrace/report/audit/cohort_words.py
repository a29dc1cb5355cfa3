"""That numbers of a synthetic cohort were put in: said where they stand, with where they were set.

A result of such a cohort that agrees with a paper tells nothing of it, since the paper set it.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from trialtrace.methods.analysing.cuts import parameters
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import config_page, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown

if TYPE_CHECKING:
    from trialtrace.trial.plan.build import Analysis

Row = dict[str, Any]
Of = tuple[str | None, str | None]
COHORT = "cohort.yaml"
# The tags of what a paper set: printed itself, or a count that prints so.
SET_BY_PRINT = ("printed", "arithmetic")
MOST_SETS = 6
PUT_IN = (
    "Numbers of this cohort were set so that they print as the paper has them. What the "
    "report shows of them was put in, and is no reproduction."
)


def truth_of(material: Material) -> Row:
    """What the cohort was drawn from, as its export has it."""
    found: Row = json.loads((material.folder / "raw" / "truth.json").read_text(encoding="utf-8"))
    return found


def put_in(material: Material) -> str:
    """The sentence beside counts of verdicts; empty where no number of the cohort was set by a
    paper, or the data are real."""
    if not material.trial.drawn:
        return ""
    return PUT_IN if _set_by_print(material) else ""


def of_primary(material: Material, analyses: list["Analysis"], places: Mapping[str, str]) -> str:
    """What set the primary result of a synthetic cohort, as Markdown; empty for real data.

    `places` has the page of each section; the section of the same document needs none.
    """
    if not material.trial.drawn:
        return ""
    labels: dict[str | None, str] = {}
    populations: set[str | None] = set()
    for analysis in analyses:
        labels |= {one.name: one.label for one in parameters(material.trial, analysis)}
        populations.add(analysis.estimand.population)
    every = [row for row in _set_by_print(material) if _of(row)[0] in labels]
    rows = [row for row in every if _of(row)[1] in populations] or every
    first = min(map(partial(_line, material), rows), default=0)
    settings = config_page(COHORT) + (f"#L{first}" if first else "")
    targets = place_link("sec-targets", places) or "#sec-targets"
    where = f"[Settings of the cohort]({settings}), [target against drawn]({targets})."
    if not rows:
        return f"The cohort was drawn by a program, to no printed number of this endpoint. {where}"
    told = escape_markdown("; ".join(_sets(material, rows, labels)))
    return (
        "**Put in, not found:** the cohort was drawn to have what the paper prints, or counts that "
        f"print so. {told}. That the result agrees with the paper tells nothing. {where}"
    )


def _set_by_print(material: Material) -> list[Row]:
    """The margins that a paper set; a simulated cohort has none, since it is held to none."""
    truth = truth_of(material)
    if truth["mode"] != "display":
        return []
    rows: list[Row] = truth["parameters"]
    return [row for row in rows if row["margin"] and row["printed"] and row["tag"] in SET_BY_PRINT]


def _line(material: Material, row: Row) -> int:
    return material.trial.lines("cohort").get(("quantities", row["quantity"]), 0)


def _of(row: Row) -> Of:
    """The endpoint and the population that a margin is of, as far as its check names them."""
    check = row["check"] or {}
    return check.get("endpoint"), check.get("population")


def _sets(material: Material, rows: list[Row], labels: Mapping[str | None, str]) -> Iterator[str]:
    """ "CIPN: Drug 12 of 40 (printed 30.0%) and Placebo 24 of 34 (…)", an entry an endpoint."""
    by: dict[Of, list[str]] = {}
    for row in rows:
        told = row["printed"]
        if row["count"] is not None and row["of"] is not None:
            told = f"{row['count']} of {row['of']} (printed {row['printed']})"
        arm = f"{material.arm_label(row['arm'])} " if row["arm"] else ""
        by.setdefault(_of(row), []).append(arm + told)
    for place, told in by.items():
        rest = len(told) - MOST_SETS
        shown = [*told[:MOST_SETS], *([f"{rest} more"] if rest > 0 else [])]
        yield f"{labels[place[0]]}: {in_a_row(shown)}"
