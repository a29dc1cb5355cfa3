"""Where the figures of a report stand: on its first screen, beside an analysis, or alone."""

from trialtrace.report.figures.make import Drawn
from trialtrace.report.figures.rows_shown import STRIP
from trialtrace.report.render.escape import escape_markdown


def first_forest(drawn: list[Drawn]) -> str:
    """The first forest plot of the plan; nothing where it has none."""
    return images([each for each in first_figures(drawn) if each.kind == "forest"])


def flow_figure(drawn: list[Drawn]) -> str:
    return images([each for each in drawn if each.kind == "flow"])


def strips(drawn: list[Drawn]) -> str:
    """The primary results under all choices."""
    return images([each for each in drawn if each.kind == STRIP])


def beside(drawn: list[Drawn], analysis: str) -> list[Drawn]:
    """The figures that stand beside an analysis; with "" those that stand beside none."""
    first = first_figures(drawn)
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
