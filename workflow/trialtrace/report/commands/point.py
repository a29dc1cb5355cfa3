"""`trialtrace trace TRIAL/figure/NAME:LINE`: a point of a figure that is no result of the plan."""

from trialtrace.base.errors import visible
from trialtrace.report.figures.points import figure_lines
from trialtrace.report.listing import json_text
from trialtrace.report.material import Material
from trialtrace.report.which_run import FIGURE
from trialtrace.run.trace.text import WIDTH


def tell_point(
    material: Material, text: str, row: dict[str, str], form: str, *, rows: bool
) -> None:
    """Print what the line `text` says, where the plan has its figure, and which records it is drawn
    from; with `rows` each raw cell of these. Raises UserError where cells may not be listed."""
    if rows:
        material.tracer.check_cells()
    match, trial = FIGURE.fullmatch(text), material.trial
    assert match is not None
    told = list(figure_lines(material, match["name"], row, rows=rows))
    if form == "json":
        print(json_text({"point": text, "synthetic": trial.synthetic, "lines": told}), end="")
        return
    stamp = "   SYNTHETIC, not evidence" if trial.synthetic else ""
    lines = [f"{text}: a point of a figure, no result of the plan{stamp}", ""]
    print(visible("\n".join(lines + [f"{label:<{WIDTH}}{words}" for label, words in told])))
