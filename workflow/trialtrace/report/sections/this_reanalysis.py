"""What stands under the abstract of a summary, apart from it: what the data are, which printed
numbers conflict, what was left out, which other choices disagree, and the run."""

import re
from collections.abc import Iterator, Mapping

from trialtrace.audit.printed.verdicts import DATA, PRINT
from trialtrace.audit.verdicts.tally import Row, of_claims, worst
from trialtrace.report.audit.cohort_words import put_in
from trialtrace.report.links import AUDIT_PAGE, choices_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.findings import primary
from trialtrace.report.sections.frozen_section import frozen_line
from trialtrace.report.sections.key_sentences import leaves_out_no_effect
from trialtrace.report.sections.lost_sessions import lost_sessions
from trialtrace.report.sections.questions import alongside, leading
from trialtrace.report.sections.readings import includes_no_effect, readings
from trialtrace.report.sections.registered import registered_otherwise
from trialtrace.report.sections.results_in_short import others_in_short, pair_in_text
from trialtrace.report.sections.sections import left_out_in_short, of_data
from trialtrace.report.tables import NO_BREAK, link, with_sign
from trialtrace.run.claims.select import rows_of
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.seal import short_hash

# More printed numbers, or other choices, are counted.
MOST = 8
# Letters of a clause; what parts the sentences of a finding.
CLAUSE, _SENTENCE = 130, re.compile(r"\.\s(?=[A-Z\d“])")


def this_reanalysis(material: Material, places: Mapping[str, str]) -> str:
    """The block as Markdown; `places` has the page of the report for each section."""
    trial = material.trial
    known = place_link("tbl-known", places)
    of_all = f"How many patients [all outcomes]({known}) are known of." if known else ""
    left_out = " ".join(filter(None, [*left_out_in_short(material, places), of_all]))
    beside = [*others_in_short(material, places)]
    beside += [lost_sessions(material, one, places) for one in leading(material)]
    told = [
        " ".join(
            filter(
                None,
                [
                    f"**This re-analysis.** {escape_markdown(trial.reanalysis or '')}".strip(),
                    *of_data(material),
                    put_in(material),
                    frozen_line(material),
                    *registered_otherwise(material),
                    _printed(material),
                ],
            )
        ),
        f"**Beside it.** {' '.join(filter(None, beside))}" if any(beside) else "",
        f"**Data.** {left_out}" if left_out else "",
        f"**Other choices.** {against}"
        if (against := " ".join(_against(material, places)))
        else "",
        f"{_recomputed(material)} {_run(material)}",
    ]
    return "\n\n".join(["::: {.about}", *filter(None, told), ":::"])


def _printed(material: Material) -> str:
    """Which printed numbers conflict, with the data or with each other, and whether any of them is
    one of the primary result."""
    if not material.claims:
        return "No published numbers are configured for this trial."
    claims = of_claims(material.claims)
    of = f"[Of {len(claims)} printed numbers]({AUDIT_PAGE})"
    told, found = [], set[str]()
    for column, bad, words in (
        (DATA, "differs", "from the data"),
        (PRINT, "inconsistent", "with what else is printed"),
    ):
        names = [name for name, rows in claims.items() if worst(rows, column) == bad]
        if names:
            found |= {*names}
            verb = {DATA: ("differs", "differ"), PRINT: ("conflicts", "conflict")}[column]
            listed = "; ".join(_claim(claims[name], column, bad) for name in names[:MOST])
            more = f"; and {len(names) - MOST} more" * (len(names) > MOST)
            told.append(f"{len(names)} {verb[len(names) > 1]} {words} ({listed}{more})")
    if not found:
        return f"{of} none conflicts with the data or with another."
    open_ = [name for name in found if not all(map(_explained, claims[name]))]
    touched = sum(_is_primary(material, name) for name in open_)
    whose = f"{touched} of these {'is' if touched == 1 else 'are'}" if touched else "none is"
    return f"{of} {', '.join(told)}; {whose} of the primary result."


def _explained(row: Row) -> bool:
    """Whether another choice gives a number, such as rounded percentages, by data and on print."""
    return row[PRINT] == "alternative" and bool(row["alternative"])


def _cause(row: Row, column: str) -> str:
    """What the audit knows of a conflict, where it says that in a clause."""
    if column == DATA and not _explained(row):
        return ""
    text = _SENTENCE.split(row["print_finding"] or "", maxsplit=1)[0].rstrip(".")
    text = lower_first(text.split("; ")[-1 if _explained(row) else 0])
    return f": {text}" if len(text) <= CLAUSE else ""


def _claim(rows: list[Row], column: str, bad: str) -> str:
    """ "“Absolute reduction” 7.7, data 7.8: 7.7 is that of the two rounded percentages"."""
    row = next(row for row in rows if row[column] == bad)
    data = f", data {row['recomputed_text']}" if column == DATA and row["recomputed_text"] else ""
    return escape_markdown(f"“{row['label']}” {row['quote']}{data}{_cause(row, column)}")


def _is_primary(material: Material, claim: str) -> bool:
    """Whether a printed number is one of a result of a primary analysis."""
    names = {analysis.name for analysis in primary(material)}
    declared = material.tracer.declared.get(claim)
    return any(
        row["analysis_id"] in names
        for selection in (declared.selections.values() if declared else ())
        for row in rows_of(material.results, dict(selection), claim)
    )


def _against(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """ "Other choices: of 14 for drug against placebo 2 disagree, …", with each by name."""
    for analysis in leading(material):
        place = place_link(choices_place(analysis.name), places)
        above = {other.name for other in alongside(material, analysis)}
        for one in readings(material, analysis):
            # What stands in the results is no other choice.
            shown = [r for r in one.methods + one.everybody if r["analysis_id"] in above]
            unlike = one.unlike() if one.first["ci_low"] is not None else []
            unlike = [row for row in unlike if row not in shown]
            bounds = leaves_out_no_effect(one.first) and any(
                includes_no_effect(*bound) for bound in one.bounds
            )
            if unlike or bounds:
                named = [_choice(material, row) for row in unlike[:MOST]]
                named += [f"and {len(unlike) - MOST} more"] * (len(unlike) > MOST)
                named += ["the worst-case bounds"] * bounds
                pair = pair_in_text(material, one.first)
                lead = f"[{pair}]({place})" if place else pair
                several = len(analysis.visits or ()) > 1
                at = escape_markdown(f", {one.first['visit']}" if several else "")
                lies = "compatible" if leaves_out_no_effect(one.first) else "incompatible"
                n = sum(n for _, n, _ in one.counts()) - len(shown)
                yield (
                    f"{lead}{at}: {len(unlike)} of {n} intervals {lies} with no effect, unlike the "
                    f"result above: {'; '.join(named)}."
                )


def _choice(material: Material, row: ResultRow) -> str:
    """ "“Relief, imputed” −18.8 (…)"; a test with its p."""
    label = material.trial.plan.analyses[row["analysis_id"]].label
    name = escape_markdown(f"“{(material.parameter_words(row) or [label])[0]}”")
    if row["stat_name"] == "p_value":
        return f"{name} p{NO_BREAK}{with_sign(row)}"
    return f"{name} {link(row)}"


def _recomputed(material: Material) -> str:
    checked = sum(row["result_id"] in material.tracer.checks for row in material.results)
    return (
        f"{checked} of {len(material.results)} results were computed twice, by independent code: "
        "this checks the arithmetic, neither data nor plan."
    )


def _run(material: Material) -> str:
    value = material.seal.value
    return f"Hash of this run: {f'`{short_hash(value)}`' if value else 'not shown: no key'}."
