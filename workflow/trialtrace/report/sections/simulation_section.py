"""The simulation of a trial in its supplement: its truths, and where what came of them stands.

It runs where it is asked for, without data: so nothing here is of its results.
"""

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table
from trialtrace.run.trial.simulation.load import simulation_of


def simulation_section(material: Material) -> str:
    """The truths and why they are looked at; empty without a simulation."""
    trial = material.trial
    if not trial.has_simulation:
        return ""
    file = simulation_of(trial)
    rows = [
        [escape_markdown(truth.label or name), escape_markdown(truth.why)]
        for name, truth in file.truths.items()
    ]
    text = (
        f"Not part of this report. `trialtrace run {trial.name} --simulation` draws "
        f"{file.replicates} trials under each of these truths and analyses them by the plan: how "
        "often chance alone is called an effect, and how often an effect is found; its page is "
        f"`results/{trial.name}/simulation/simulation.html`.\n"
    )
    table = texts_table(material, ["Truth", "Why"], rows, "simulation", "Truths of the simulation.")
    return f"{text}\n{table}"
