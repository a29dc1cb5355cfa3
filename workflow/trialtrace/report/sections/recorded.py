"""Of how many patients an occurrence is recorded at all, where the others count as without it."""

from trialtrace.report.figures.clean_rows import table_rows
from trialtrace.report.material import Material
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.endpoints.occurrence import AnyOccurrence, Occurrence
from trialtrace.run.trial.plan.build import Analysis


def recorded(material: Material, analysis: Analysis, row: ResultRow) -> str:
    """ "without a record in 575, who count as none"; empty where all have a record, and of
    a log of events, in which nobody has to stand."""
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
    return f"without a record in {(~known).sum()}, who count as none"
