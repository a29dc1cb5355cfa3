"""Of how many patients the data have a record of an event that all others count as without; which
events came first where a time ends at the first of several."""

from collections import Counter
from collections.abc import Iterator

from trialtrace.report.figures.clean_rows import table_rows
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.endpoints.kinds.occurrence import AnyOccurrence, Occurrence
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import columns_of, lower_first
from trialtrace.run.trial.endpoints.time_to_event import FirstOfTimes
from trialtrace.run.trial.plan.build import Analysis

PRESENT = "present"


def records(material: Material, analysis: Analysis, parameter: str | None) -> Iterator[str]:
    """ "recorded, yes or no, in 27 patients (yes: Drug 4/11, Placebo 7/16); …", at the last
    visit of a table by visits; nothing where all have a record, and of a log of events, in which
    nobody has to stand: its rows are numbered, and not called by a visit."""
    trial = material.trial
    named = [
        endpoint for endpoint in parameters(trial, analysis) if parameter in (None, endpoint.name)
    ]
    if not named or not isinstance(named[0].entry, AnyOccurrence):
        return
    entry = trial.endpoints[named[0].entry.of].entry
    if not isinstance(entry, Occurrence) or entry.where is None or PRESENT in entry.where.values():
        # To have a record can be the event itself.
        return
    table, variables = trial.tables[entry.table], trial.dictionary[entry.table]
    visits = [variables.get(name) for name in table.key_ if name != table.subject]
    if len(visits) > 1 or not all(visit and visit.choices for visit in visits):
        return
    rows = table_rows(material, entry.table, analysis.estimand.population, ())
    known = rows.chosen(rows.met(dict.fromkeys(columns_of(entry.where), "present")))
    at = ""
    for visit in filter(None, visits):
        there = {*known.table[visit.name].to_pylist()}
        last = [code for code in visit.choices if code in there][-1:]
        known = known.chosen(known.met({visit.name: {"in": last}}))
        at = "".join(f" at {escape_markdown(lower_first(visit.choices[code]))}" for code in last)
    if {*known.subject} == {*rows.subject}:
        return
    counts, events = (
        {arm: len({*of.subject[of.arm == arm]}) for arm in trial.design.arms}
        for of in (known, known.chosen(known.met(entry.where)))
    )
    arms = [
        f"{escape_markdown(material.arm_label(arm))} {events[arm]}/{n}" for arm, n in counts.items()
    ]
    whole, most = sum(counts.values()), len({*rows.subject})
    yield (
        f"recorded, yes or no, in {whole} patients{at} (yes: {', '.join(arms)}); the "
        f"other {most - whole} count{'s' * (most - whole == 1)} as without it"
    )


def first_events(material: Material, analysis: Analysis) -> Iterator[str]:
    """ "Of 50 first events 42 are death, 4 new fracture.": of each endpoint that ends at the first
    of several."""
    flag = material.trial.populations[analysis.estimand.population].flag
    for endpoint in parameters(material.trial, analysis):
        if not isinstance(endpoint.entry, FirstOfTimes):
            continue
        where = {"PARAMCD": {"is": endpoint.code}, "CNSR": {"is": 0}, flag: {"is": "Y"}}
        kinds = Counter(material.tracer.frames.select("adtte", where).column("EVNTDESC").tolist())
        told = ", ".join(
            f"{n} {escape_markdown(lower_first(kind))}" for kind, n in kinds.most_common()
        )
        yield f"The {kinds.total()} first events, by kind: {told}."
