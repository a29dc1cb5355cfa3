"""The multiverse of a trial in its supplement: what is varied, and where what came of it stands.

It runs where it is asked for, after a report: so nothing here is of its results.
"""

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table
from trialtrace.run.trial.multiverse.load import specified


def multiverse_section(material: Material) -> str:
    """The choices with their levels and why these are defensible; empty without a multiverse."""
    if not material.trial.has_multiverse:
        return ""
    trial = specified(material.trial)
    file, label = trial.multiverse.file, trial.plan.analyses[trial.multiverse.file.of].label
    rows = [
        [
            escape_markdown(text)
            for text in (factor.label, ", ".join(factor.levels).replace("_", " "), factor.why)
        ]
        for factor in file.factors.values()
    ]
    many = len(trial.multiverse.specifications())
    text = (
        "Not part of this report. "
        f"By these choices {escape_markdown(label)} can be analysed in {many} ways. "
        f"`trialtrace run {trial.name} --multiverse` estimates them all, and tests them together "
        f"by {file.draws} re-randomisations where the scheme of the randomisation is known; its "
        f"page is `results/{trial.name}/multiverse/multiverse.html`.\n"
    )
    header = ["Choice", "Levels", "Why they are defensible"]
    table = texts_table(material, header, rows, "multiverse", "Choices of the multiverse.")
    return f"{text}\n{table}"
