"""The section of a report on the data: what came in, what was rejected or flagged, and why.

Then which subjects each table covers, what the configuration decides about lost rows, and what is
unusual in the rows.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from trialtrace.base.styles import Style
from trialtrace.base.words import p_text
from trialtrace.report.audit.red_lines import excluded_line
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.deaths import undated
from trialtrace.report.sections.event_words import is_time
from trialtrace.report.sections.findings import primary
from trialtrace.report.sections.losses import left_out
from trialtrace.report.sections.lost_sessions import hanging, lost_by_arm
from trialtrace.report.sections.sections import in_words
from trialtrace.report.tables import (
    about_export,
    captioned,
    named,
    pipe_table,
    texts_table,
    under,
    with_names,
)
from trialtrace.run.cleaning.account import (
    Account,
    Decision,
    RejectSummary,
    rejects_summary,
)
from trialtrace.run.integrity.first_page import rows_text
from trialtrace.run.integrity.look import LEVEL, Judged, judged
from trialtrace.run.integrity.registry import CHECKS
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.plan.build import Analysis

# Checks of the rows of the export. No value of the data is shown, whatever the disclosure: counts,
# and rows of the raw file.

ROWS_SHOWN = 25
NO_ROWS = "no single rows"


def unusual_rows(material: Material) -> str:
    """A sentence on the checks of the rows, and a table of those that are flagged."""
    return told_rows(material, judged(material.endpoint_losses.looks))


def told_rows(material: Material, looks: list[Judged]) -> str:
    """The same of looks that were made; nothing where there were none."""
    if not looks:
        return ""
    found = [one for one in looks if one.flagged]
    parts = [escape_markdown(sentence(looks)) + "\n"]
    if found:
        header = ["Item", "Check", "Where", "Result", "p, allowing for all checks", "Rows"]
        lines = [_line(one, material.trial.plan.style) for one in found[:ROWS_SHOWN]]
        body = [
            [item, with_names(title), about_export(material, where), *map(with_names, told)]
            for item, title, where, *told in lines
        ]
        more = f" The first {ROWS_SHOWN} of {len(found)}." if len(found) > ROWS_SHOWN else ""
        caption = (
            f"Checks of the rows that are flagged, by items of the IPD Integrity Tool.{more} All "
            "checks are allowed for by Bonferroni's bound. Rows are those of the raw file."
        )
        parts.append(texts_table(material, header, body, "unusual", caption))
    return "\n".join(parts)


def sentence(looks: list[Judged]) -> str:
    """How many checks of the rows there were, and how many are flagged."""
    flagged = sum(one.flagged for one in looks)
    text = f"{len(looks)} checks were made on the rows of the export, by the items of the IPD "
    text += f"Integrity Tool (trialtrace integrity lists them); {flagged or 'none'} "
    text += f"{'is' if flagged < 2 else 'are'} flagged: a contradiction in some row, or a pattern "
    return text + (
        f"that chance gives in at most {100 * LEVEL:.0f} of 100 trials in which nothing is behind "
        "it. A flag is no error, but a question to those who made the export."
    )


def _line(judged: Judged, style: Style) -> list[str]:
    look = judged.look
    check = CHECKS[look.check]
    rows = rows_text(look.rows) if look.rows else NO_ROWS
    rows += f" of {look.rows_in}" if look.rows and look.rows_in else ""
    p = p_text(judged.adjusted, style)
    return [check.item, check.title, look.where, look.told, p, rows]


# Endpoint, visit, and of each arm how many are known and all.
Counts = tuple[str, str, dict[str, tuple[int, int]]]
LINES_SHOWN = 25
NOT_USED = "no endpoint can use the cell"


def data_section(material: Material) -> str:
    """Subjects in and out, what was lost, and how many checks of the rows are flagged."""
    looks, account = judged(material.endpoint_losses.looks), material.account
    flagged = sum(one.flagged for one in looks)
    checks = f"{len(looks)} checks of the rows by the items of the IPD Integrity Tool; {flagged} "
    checks = f"{checks}flagged." if looks else ""
    told = [subjects_line(account).strip(), *_rows_rejected(account), *undated(material), checks]
    return "\n\n".join(filter(None, told)) + "\n"


def data_tables(material: Material) -> str:
    """Rows and cells in, out and rejected; every rule that listed something."""
    path = material.folder / "clean" / "conservation.json"
    laws = json.loads(path.read_text(encoding="utf-8"))
    rejects = rejects_summary(material.tracer.rejects.table, material.disclosure)
    lines = [*_of_cleaning(material, rejects), *_of_endpoints(material, rejects)]
    account = material.account
    parts = [
        "\n\n".join(left_out(material)),
        selection_lines(material.trial.dictionary, account),
        conservation_table(material, laws, account),
        decisions_table(material, account),
        rejects_table(material, lines),
        notes_of_endpoints(material),
        known_table(material),
        unusual_rows(material),
    ]
    return "\n".join(filter(None, parts))


def subjects_line(account: Account) -> str:
    """Subjects in the export, in the analysis data, and not used, as a sentence."""
    who, gone = account.subjects, excluded_line(account)
    text = f"Subjects in the export, by the table `{who.table}`: {who.in_export}; "
    text += f"in the analysis data: {who.kept}. {' '.join(gone)}"
    return with_names(text.rstrip()) + "\n"


def selection_lines(dictionary: Mapping[str, Mapping[str, Variable]], account: Account) -> str:
    """What `where` of each table left out, a sentence each; nothing where no table has one."""
    lines = []
    for selection in account.selections:
        used = selection.rows - selection.left_out - selection.undecided
        table, where = selection.table, selection.where
        text = f"Table {table} is made of {used} of the {selection.rows} rows of its raw table: "
        columns = dictionary.get(table, {}).items()
        labels = {name: f"“{column.label}”" for name, column in columns if column.label}
        words = (labels.get(part, part) for part in re.split(r"(\w+)", where))
        where = in_words("".join(words))
        text += f"{selection.left_out} are left out, for which it does not hold that {where}"
        if selection.undecided:
            text += f", and {selection.undecided} on which it cannot decide"
        lines.append(with_names(f"{text}.") + "\n")
    return "\n".join(lines)


def notes_of_endpoints(material: Material) -> str:
    """Endpoints that tell nobody apart, a paragraph each; nothing where there is none."""
    notes = material.endpoint_losses.notes
    return "\n".join(about_export(material, note.text) + "\n" for note in notes)


def known_counts(material: Material, analysis: Analysis) -> list[Counts]:
    """Each endpoint and visit of an analysis, with how many of each arm have a value."""
    known = material.endpoint_losses.known
    return [
        (endpoint.label, visit, arms)
        for endpoint in parameters(material.trial, analysis)
        for visit, arms in known.get(endpoint.name, {}).items()
        if analysis.visits is None or not visit or visit in analysis.visits
    ]


def known_in_short(material: Material, analysis: Analysis) -> Iterator[str]:
    """Of how many of each arm an outcome is known, at the visit where these are fewest; nothing
    where it is known of all. Plain text."""
    counts = [arms for *_, arms in known_counts(material, analysis)]
    arms = min(counts, key=lambda arms: sum(k for k, _ in arms.values()), default={})
    known, whole = (sum(each) for each in zip(*arms.values(), strict=True)) if arms else (0, 0)
    if known < whole:
        design = material.trial.design.arms
        each = [f"{material.arm_label(arm)} {arms[arm][0]} of {arms[arm][1]}" for arm in design]
        yield f"{analysis.label}: the outcome is known in {known} of {whole} ({', '.join(each)})."


def known_table(material: Material) -> str:
    """Of how many of each arm the outcomes of primary analyses are known, by visit."""
    unique: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for analysis in primary(material):
        lost = hanging(material, analysis)
        for label, visit, arms in known_counts(material, analysis):
            own = {arm: (known - lost.get(arm, 0), whole) for arm, (known, whole) in arms.items()}
            unique[label, visit] = own
    design = material.trial.design.arms
    visits = any(visit for _, visit in unique)
    body = [
        [
            *map(with_names, (label, visit) if visits else (label,)),
            *("{} of {}".format(*arms[arm]) for arm in design),
        ]
        for (label, visit), arms in unique.items()
    ]
    if not body:
        return ""
    heads = [escape_markdown(arm.label) for arm in design.values()]
    times = any(is_time(e) for one in primary(material) for e in parameters(material.trial, one))
    caption = "Patients with a known primary outcome, of those in each arm."
    caption += " A time that is censored counts as known." if times else ""
    table = pipe_table(["Outcome", *(["Visit"] if visits else []), *heads], body)
    if any(lost_by_arm(material, analysis) for analysis in primary(material)):
        caption += " Patients lost are analysed as failures, and are not known."
    return captioned(material, table, "known", caption)


def _rows_rejected(account: Account) -> Iterator[str]:
    """How many rows were rejected in all, by table and rule."""
    found = {name: dict(table.rows_rejected) for name, table in account.tables.items()}
    if n := sum(sum(rules.values()) for rules in found.values()):
        each = [f"{named(name)}: {with_names(_by_rule(of))}" for name, of in found.items() if of]
        yield f"Rows rejected: {n}. {'; '.join(each)}."


def decisions_table(material: Material, account: Account) -> str:
    """What cleaning.yaml decides about rows, values and subjects; nothing where it does not."""
    body = [
        [
            about_export(material, _where(decision)),
            *map(with_names, (decision.what, str(decision.n), decision.reason)),
        ]
        for decision in account.decisions
    ]
    if not body:
        return ""
    header = ["Where", "Decision", "Count", "Reason"]
    caption = "Decisions of cleaning.yaml about rows, values and subjects, with their reasons."
    return texts_table(material, header, body, "decisions", caption)


def _by_rule(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{rule.replace('_', ' ')} {n}" for rule, n in counts.items()) or "none"


def conservation_table(material: Material, laws: dict[str, Any], account: Account) -> str:
    """Rows, subjects and cells of each table, and what became of them."""
    body = []
    for name, table in laws.items():
        cells = [sum(c[k] for c in table["columns"].values()) for k in CELLS]
        counted = account.tables.get(name)
        who = f"{counted.subjects} of {counted.of_subjects}" if counted else ""
        declared = DECLARED[counted.declared] if counted else ""
        who += f" ({declared})" * bool(declared)
        body.append([named(name), *(str(table[k]) for k in ROWS), who, *map(str, cells)])
    header = ["Table", *(under("Rows", f" {what}") for what in ("in", "out", "rejected"))]
    of_cells = ("in", "accepted", "missing", "rejected", "in rejected rows")
    header += ["Subjects with a row", *(under("Cells", f" {what}") for what in of_cells)]
    caption = "Rows, subjects and cells of the export, and what became of each."
    return captioned(material, pipe_table(header, body), "conservation", caption)


# Which subjects cleaning.yaml says that a table has rows of.
DECLARED = {None: "", "some": "some", "earlier": "enrolled early enough", "empty": "nobody"}
ROWS = ("rows_in", "rows_out", "rows_rejected")
CELLS = ("cells_in", "accepted", "missing", "rejected", "rejected_with_row")


def rejects_table(material: Material, lines: list[list[str]]) -> str:
    if not lines:
        return "No value was rejected or flagged.\n"
    caption = "Values that cleaning rejected or flagged, and others that an endpoint could not use."
    caption += " Counts are of values, not of patients."
    header = ["Where", "What", "Why", "Count", "Lines"]
    body = [
        [about_export(material, line[0]), *map(with_names, line[1:])]
        for line in sorted(lines, key=_place)
    ]
    return texts_table(material, header, body, "rejects", caption)


def _place(line: list[str]) -> tuple[str, bool]:
    return line[0].partition(".")[0], line[1] == NOT_USED


def _of_cleaning(material: Material, rejects: list[RejectSummary]) -> Iterator[list[str]]:
    for reject in rejects:
        if _endpoint(material, reject) is None:
            what = "flagged, kept" if reject.severity == "flag" else f"{reject.level} rejected"
            yield [_where(reject), what, reject.reason, str(reject.count), _lines(reject)]


def _of_endpoints(material: Material, rejects: list[RejectSummary]) -> Iterator[list[str]]:
    """Cells that endpoints could not use: a line for a reason, with the endpoints that had it."""
    endpoints: dict[tuple[str, ...], list[str]] = {}
    for reject in rejects:
        label = _endpoint(material, reject)
        if label is not None:
            why = reject.reason.removeprefix(f"{label}: ")
            what = "flagged, kept" if reject.severity == "flag" else NOT_USED
            key = (_where(reject), what, why, str(reject.count), _lines(reject))
            endpoints.setdefault(key, []).append(lower_first(label))
    for (where, what, why, *rest), labels in endpoints.items():
        yield [where, what, f"{why} ({'; '.join(labels)})", *rest]


def _endpoint(material: Material, each: RejectSummary) -> str | None:
    """The label of the endpoint that could not use these cells; None where cleaning listed them."""
    for endpoint in material.trial.endpoints.values():
        if each.rule.startswith(f"{endpoint.name}_") and each.reason.startswith(
            f"{endpoint.label}: "
        ):
            return endpoint.label
    return None


def _where(each: RejectSummary | Decision) -> str:
    return each.table + (f".{each.column}" if each.column else "")


def _lines(each: RejectSummary) -> str:
    shown = each.row_text.split(", ")
    return ", ".join(shown if len(shown) <= LINES_SHOWN else [*shown[:LINES_SHOWN], "…"])
