"""The frozen plan of a report: which it is, and what of it changed since, with reasons."""

from trialtrace.report.frozen_data import data_state
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table
from trialtrace.run.trace.seal import short_hash
from trialtrace.run.trial.frozen import AMENDED, POST_HOC

NO_REASON = "**no reason is given**"


def frozen_section(material: Material) -> str:
    """The hash of the frozen plan, what dates it, and every change; empty where none was frozen."""
    trial = material.trial
    if trial.frozen is None:
        return ""
    record = trial.frozen.record
    who = f" by {record.by}" if record.by else ""
    lines = [
        f"Frozen {trial.frozen.dated}{who}; SHA-256 of its record {trial.frozen.sha256}. An "
        f"analysis is called {POST_HOC} where that plan has none of its name, and {AMENDED} where "
        "what is asked, of whom or how, is another by now."
    ]
    if record.results_by_arm:
        lines.append("Results by arm were there when it was frozen.")
    lines += filter(None, [data_state(trial)[0]])
    changes = trial.frozen.later_changes(trial.amendments)
    if not changes:
        lines.append("Nothing of plan, endpoints, cleaning, dictionary or design changed since.")
        return escape_markdown(" ".join(lines)) + "\n"
    rows = [
        [
            escape_markdown(change.place),
            escape_markdown(change.text),
            escape_markdown(f"{why.date}: {why.reason}")
            if (why := change.amendment)
            else NO_REASON,
        ]
        for change in changes
    ]
    header = ["Where", "Change", "Reason"]
    table = texts_table(material, header, rows, "frozen", "Changes since the plan was frozen.")
    return f"{escape_markdown(' '.join(lines))}\n\n{table}"


def frozen_line(material: Material) -> str:
    """Which plan a report is of, in a sentence; empty where none was frozen."""
    trial = material.trial
    if trial.frozen is None:
        return ""
    text = f"Plan frozen {trial.frozen.dated}, {short_hash(trial.frozen.sha256)}"
    if changes := trial.frozen.later_changes(trial.amendments):
        text += f"; {len(changes)} later change{'s' * (len(changes) > 1)}"
    return f"{text}."
