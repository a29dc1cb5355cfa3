"""Where the figures of a report stand: on its first screen, beside an analysis, or alone."""

from trialtrace.report.figures.make import Drawn
from trialtrace.report.figures.rows_shown import STRIP
from trialtrace.report.render.escape import escape_markdown


def first_figures(drawn: list[Drawn]) -> str:
    """The first forest plot of the plan and the flow."""
    return _images(_first(drawn))


def first_forest(drawn: list[Drawn]) -> str:
    """The first forest plot of the plan; nothing where it has none."""
    return _images([each for each in _first(drawn) if each.kind == "forest"])


def flow_figure(drawn: list[Drawn]) -> str:
    return _images([each for each in drawn if each.kind == "flow"])


def strips(drawn: list[Drawn]) -> str:
    """The primary results under all choices."""
    return _images([each for each in drawn if each.kind == STRIP])


def beside(drawn: list[Drawn], analysis: str) -> str:
    """The figures that stand beside an analysis; with "" those that stand beside none."""
    first = _first(drawn)
    return _images([each for each in drawn if each.analysis == analysis and each not in first])


def other_figures(drawn: list[Drawn]) -> str:
    """Figures of what no analysis is about: treatment as given, attendance."""
    text = beside(drawn, "")
    return f"## Treatment and course {{#sec-course}}\n\n{text}\n" if text else ""


def _first(drawn: list[Drawn]) -> list[Drawn]:
    forests = [each for each in drawn if each.kind == "forest"][:1]
    return [*forests, *(each for each in drawn if each.kind == "flow")]


def _images(drawn: list[Drawn]) -> str:
    """Images with label, caption and alternative text; a sentence where there is none."""
    return "\n\n".join(
        escape_markdown(each.why)
        if each.why
        else f"![{escape_markdown(each.caption)} {_files(each)}]"
        f"(figures/{each.file})"
        f'{{#{each.label} fig-alt="{escape_markdown(each.alt)}"}}'
        for each in drawn
    )


def _files(figure: Drawn) -> str:
    """Links to the numbers of a figure, and to it as a drawing and as pixels."""
    drawing = figure.file.removesuffix(".png") + ".svg"
    links = (("Its numbers (CSV)", figure.data), ("SVG", drawing), ("PNG", figure.file))
    return ", ".join(f"[{name}](figures/{file})" for name, file in links) + "."
