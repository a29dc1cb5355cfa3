"""What the cells of an extended report call: a run's material, and its numbers with their links.

An extended report is a person's own document (`trialtrace quarto-project`); nothing here makes one.
"""

from IPython.display import Markdown

from trialtrace.base.errors import Problem, UserError
from trialtrace.report.material import Material, open_material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import link, pipe_table
from trialtrace.run.tables.contracts.rows import ResultRow


def open_run(
    trial: str, root: str, results: str, codes: dict[str, str], seal: str | None
) -> Material:
    """The material of the run that the project was written from.

    Raises UserError where the results are of another run: the pages in the folder, to which its
    numbers lead, would be of others. Without a `seal`, which some runs lack, this is not seen.
    """
    material = open_material(trial, root, results, codes)
    if seal is not None and material.seal.value != seal:
        raise UserError(
            Problem(
                f"trial {trial}",
                found="results of another run than the pages beside this document",
                expected="the run that the project was written from",
                do=f"trialtrace quarto-project {trial} NEW-FOLDER, and copy your own sections",
            )
        )
    return material


class Numbers:
    """The numbers of a run, each printed with the link to its trace."""

    def __init__(self, material: Material):
        self._material = material

    def value(self, result_id: str) -> float | None:
        """The unrounded value."""
        return self.row(result_id)["stat_value"]

    def row(self, result_id: str) -> ResultRow:
        """All that is stored of a result. Raises UserError with the nearest names for none."""
        return self._material.tracer.result(result_id)

    def number(self, result_id: str, text: str | None = None) -> Markdown:
        """A number as the report prints it, or in other words, as a link to its trace."""
        row = self.row(result_id)
        return Markdown(link(row, row["stat_text"] if text is None else text))

    def table(self, analysis: str) -> Markdown:
        """Every printed number of an analysis of the plan, with what it is of and its n."""
        rows = self._material.printable(analysis)
        if not rows:
            known = ", ".join(dict.fromkeys(row["analysis_id"] for row in self._material.results))
            raise UserError(Problem(f"analysis {analysis!r}", "has no results", expected=known))
        return Markdown(pipe_table(["Statistic", "Of", "Number", "n"], [*map(self._line, rows)]))

    def _line(self, row: ResultRow) -> list[str]:
        about = self._material.tracer.about
        parts = [
            *self._material.parameter_words(row),
            about.groups(row),
            row["visit"],
            self._material.stratum_words(row["stratum"]) if row["stratum"] else "",
            about.second(row),
        ]
        of = escape_markdown(", ".join(part for part in parts if part))
        n = "" if row["n_used"] is None else str(row["n_used"])
        return [escape_markdown(row["stat_label"]), of, link(row, row["stat_text"]), n]
