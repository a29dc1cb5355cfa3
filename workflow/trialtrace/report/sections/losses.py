"""What was lost on the way from the export to the results, as the sections on the analysis and on
the data tell it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from trialtrace.audit.printed.verdicts import DATA, EQUALS
from trialtrace.report.links import place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import about_export
from trialtrace.run.cleaning.account import WITH_ROW
from trialtrace.run.integrity.identifiers import NOT_THERE
from trialtrace.run.methods.analysing.rows import ALL

# Rules by which single values are counted; of more how many there are.
RULES_SHOWN = 3


def left_out(material: Material) -> list[str]:
    """What is left out for a declared reason, a paragraph each."""
    return [_told(material, text) for text in material.declared_lines]


def _told(material: Material, text: str) -> str:
    """Such a paragraph; behind gaps in the numbers of patients whether a paper has as many."""
    told = about_export(material, text)
    if NOT_THERE not in text:
        return told
    randomised = {
        row["result_id"]
        for row in material.of("flow")
        if row["stat_name"] == "randomised" and row["group1_level"] == ALL
    }
    printed = [claim for claim in material.claims if claim["result_id"] in randomised]
    if not printed:
        return f"{told} Whether patients are lacking the numbers do not tell."
    if all(claim[DATA] == EQUALS for claim in printed):
        return f"{told} The data have as many patients as were published as randomised."
    return f"{told} Published as randomised: {escape_markdown(printed[0]['quote'])}."


def rejected(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """ "2 rows and 3 single values of the export were rejected and are in no result: …"; nothing
    where none was. `places` has the page of each section."""
    tables = material.account.tables
    rows = {name: Counter(table.rows_rejected) for name, table in tables.items()}
    cells = sum((Counter(table.cells_rejected) for table in tables.values()), Counter[str]())
    del cells[WITH_ROW]
    n, k = sum(of.total() for of in rows.values()), cells.total()
    if not n + k:
        return
    why = []
    for decision in material.account.decisions:
        rule, _, reason = decision.reason.partition(": ")
        of_table = rows.get(decision.table, Counter())
        if decision.what == "excluded" and of_table.pop(rule, 0):
            why.append(f"{escape_markdown(reason.rstrip('.'))}: {decision.n}")
    why += filter(None, [_by_rule(sum(rows.values(), Counter()))])
    why = [f"rows: {'; '.join(why)}"] if n else []
    why += [f"values: {_by_rule(cells)}"] if k else []
    place = place_link("sec-data", places)
    data = f"[Data]({place})" if place else "Data"
    yield (
        f"{n} row{'s' * (n != 1)} and {k} single value{'s' * (k != 1)} of the export were rejected "
        f"and are in no result; {'; '.join(why)}. See {data}."
    )


def _by_rule(counts: Counter[str]) -> str:
    """The rules that rejected most, with their counts, and how many others did."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    # To say that there is one more takes the room of that one.
    shown = ordered if len(ordered) <= RULES_SHOWN + 1 else ordered[:RULES_SHOWN]
    told = [f"{rule.replace('_', ' ')} {n}" for rule, n in shown]
    rest = counts.total() - sum(n for _, n in shown)
    return escape_markdown(", ".join([*told, *([f"other rules {rest}"] if rest else [])]))
