"""Of how many patients an occurrence is recorded at all, where the others count as without it."""

from trialtrace.report.figures.clean_rows import table_rows
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.endpoints.occurrence import AnyOccurrence, Occurrence
from trialtrace.run.trial.plan.build import Analysis


def recorded(material: Material, analysis: Analysis, row: ResultRow) -> str:
    """ "recorded of Drug 11, Placebo 16 alone; all others count as none"; empty where all have a
    record, and of a log of events, in which nobody has to stand."""
    trial = material.trial
    endpoint = next(
        (each for each in parameters(trial, analysis) if row["parameter"] in (None, each.name)),
        None,
    )
    if endpoint is None or not isinstance(endpoint.entry, AnyOccurrence):
        return ""
    entry = trial.endpoints[endpoint.entry.of].entry
    if not isinstance(entry, Occurrence) or entry.where is None:
        return ""
    table = trial.tables[entry.table]
    if [*table.key_] != [table.subject]:
        return ""
    rows = table_rows(material, entry.table, analysis.estimand.population, ())
    known = rows.met(dict.fromkeys(columns_of(entry.where), "present"))
    if known.all():
        return ""
    arms = [
        f"{escape_markdown(material.arm_label(arm))} {(known & (rows.arm == arm)).sum()}"
        for arm in trial.design.arms
    ]
    return f"recorded of {', '.join(arms)} alone; all others count as none"
