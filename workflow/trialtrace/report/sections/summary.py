"""The first page of a trial: question, flow, primary result, harms, other choices, audit, origin.

Every number of it is a link to its trace; the sentences are those of the report.
"""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.audit.ledger.paper import cited
from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.printed.verdicts import COLUMNS, DATA, FAILS, SHOWN
from trialtrace.audit.prints.finding import INCONSISTENT
from trialtrace.audit.registration.rows import CHANGED, LATE
from trialtrace.audit.verdicts.tally import of_claims, tally, tally_text, worst, worst_first
from trialtrace.base.config.spec import structure
from trialtrace.base.store import sha256_bytes, sha256_file
from trialtrace.base.styles import style_of
from trialtrace.base.words import LABELS, unit_text, value_text
from trialtrace.report.audit.cohort_words import of_primary, put_in
from trialtrace.report.figures.make import Drawn, first_forest, flow_figure, strip_images
from trialtrace.report.links import (
    AUDIT_PAGE,
    analysis_place,
    choices_place,
    claim_anchor,
    component_link,
    place_link,
)
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.analysis_section import analysed
from trialtrace.report.sections.choices import children, missing_bounds, question_of, same_question
from trialtrace.report.sections.data_quality import known_counts
from trialtrace.report.sections.deaths import randomised_by_arm
from trialtrace.report.sections.findings import primary, primary_sentences
from trialtrace.report.sections.harms import harms_in_short
from trialtrace.report.sections.key_sentences import (
    excluding,
    leaves_out_no_effect,
    nearest_to_no_effect,
)
from trialtrace.report.sections.sections import (
    design_line,
    left_out,
    lost,
    of_data,
    recomputed,
    stamps,
)
from trialtrace.report.sections.thresholds import against_thresholds
from trialtrace.report.tables import link, no_effect, pair_text, texts_table
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.seal import configuration_files, grouped
from trialtrace.run.trial.plan.build import Analysis

# Printed numbers on the summary: their verdicts, what does not hold, what was not checked and why,
# and of which texts they are.

Row = Mapping[str, object]
MOST_CLAIMS, MOST_REASONS, MOST_NAMED = 6, 4, 3
NOT_CHECKABLE = "not_checkable"
# Of a hash so many are shown.
DIGITS = 16
# What whoever typed the numbers had before them.
READ = {
    "at_hand": "its text was at hand",
    "abstract_at_hand": "its abstract alone was at hand",
    "not_at_hand": "its text was not at hand: numbers are known from a description of the trial",
}
UNCHECKED = "Not checked against the data, by reason:"
TEXTS = "The printed numbers are of these texts:"


def printed_in_short(material: Material) -> Iterator[str]:
    """The verdicts in a line, then the printed numbers that do not hold."""
    if not material.claims:
        yield "No published numbers are configured for this trial."
        return
    counts = escape_markdown(tally_text(tally(material.claims)))
    yield f"[{counts}]({AUDIT_PAGE}){f' {told}' if (told := put_in(material)) else ''}"
    failing = [
        _claim(rows, verdicts)
        for rows in worst_first(material.claims)
        if (verdicts := _failing(rows))
    ]
    lines = failing[:MOST_CLAIMS]
    if more := len(failing) - len(lines):
        lines.append(f"- [{more} more that do not hold]({AUDIT_PAGE})")
    yield "\n".join(lines)
    yield _not_checked(material)
    yield _texts(material)


def registered_otherwise(material: Material) -> Iterator[str]:
    """Where the primary outcome was registered or planned otherwise than it is reported."""
    wrong = (CHANGED, LATE, INCONSISTENT)
    for row in material.printed.get("registration", ()):
        if row["check"] in ("registered.outcome", "registered.measure") and row["verdict"] in wrong:
            source = f"[{escape_markdown(str(row['source']))}]({AUDIT_PAGE}#sec-registered)"
            told = escape_markdown(unbroken(str(row["finding"])))
            yield f"Registered and reported, {source}: {told}"


def _failing(rows: Sequence[Row]) -> list[str]:
    """The verdicts of a claim that fail, "against the data differs: they give 31 %"."""
    told = []
    for column, name in COLUMNS.items():
        if (verdict := worst(rows, column)) in FAILS:
            given = _given(rows) if column == DATA else ""
            told.append(f"{name} {SHOWN[verdict]}{given}")
    return told


def _given(rows: Sequence[Row]) -> str:
    """What the data give in the place of the numbers of a claim that differ."""
    told = [
        f"[{escape_markdown(str(row['recomputed_text']))}]"
        f"({component_link(str(row['result_id']), str(row['component']))})"
        for row in rows
        if row[DATA] in FAILS and row["recomputed_text"] and row["result_id"]
    ]
    return f": they give {', '.join(told)}" if told else ""


def _claim(rows: Sequence[Row], verdicts: Sequence[str]) -> str:
    printed = f"{rows[0]['label']}, printed {rows[0]['quote']}"
    return f"- {_to_audit(rows[0], printed)}: {'; '.join(verdicts)}"


def _to_audit(row: Row, words: str) -> str:
    return f"[{escape_markdown(words)}]({AUDIT_PAGE}#{claim_anchor(str(row['claim_id']))})"


def _not_checked(material: Material) -> str:
    """What was not held against the data, by reason, as a list with links to the claims."""
    if material.trial.synthetic:
        return "Nothing of it is held against the data, which are synthetic."
    reasons: dict[str, list[Row]] = {}
    for rows in of_claims(material.claims).values():
        if worst(rows, DATA) == NOT_CHECKABLE:
            why = next(str(row["data_finding"]) for row in rows if row[DATA] == NOT_CHECKABLE)
            reasons.setdefault(why, []).append(rows[0])
    ordered = sorted(reasons.items(), key=lambda reason: -len(reason[1]))
    lines = [
        f"- {escape_markdown(why.rstrip('.'))}: {_named(own)}"
        for why, own in ordered[:MOST_REASONS]
    ]
    if rest := sum(len(own) for _, own in ordered[MOST_REASONS:]):
        lines.append(f"- [{rest} more for other reasons]({AUDIT_PAGE})")
    return "\n".join([UNCHECKED, "", *lines]) if lines else ""


def _named(rows: Sequence[Row]) -> str:
    """Claims by label and quote, each a link; of many the first ones."""
    told = [_to_audit(row, f"{row['label']}, {row['quote']}") for row in rows[:MOST_NAMED]]
    if more := len(rows) - len(told):
        told.append(f"[{more} more]({AUDIT_PAGE})")
    return "; ".join(told)


def _texts(material: Material) -> str:
    """How each paper is cited of which a number is, and what of its text was at hand."""
    ledger: LedgerFile = structure(LedgerFile, material.trial.claims_document)
    used = {row["paper"] for row in material.claims}
    lines = []
    for paper in ledger.papers.values():
        if cited(paper) not in used:
            continue
        if isinstance(paper, str):
            lines.append(f"- {escape_markdown(paper)}")
            continue
        parts = [
            paper.citation,
            f"doi {paper.doi}" if paper.doi else "",
            READ.get(paper.text or ""),
        ]
        lines.append(f"- {escape_markdown('; '.join(part for part in parts if part))}")
    return "\n".join([TEXTS, "", *lines]) if lines else ""


def summary(
    material: Material, drawn: list[Drawn], renderer: str, places: Mapping[str, str]
) -> str:
    """The page as Markdown; `places` has the page of the report for each section."""
    trial = material.trial
    question = f"**{escape_markdown(trial.question)}**"
    parts = [*lost(material), *stamps(trial), question, design_line(material), *of_data(material)]
    sections = {
        "Primary result": _primary(material, drawn, places),
        "Patients": [*_patients(material, drawn, places), *left_out(material)],
        "Harms": harms_in_short(material, places),
        "Under other choices": [*_choices(material, places), strip_images(drawn)],
        "Published numbers": list(printed_in_short(material)),
        "How it was made": [recomputed(material), _made(material, renderer)],
    }
    for title, texts in sections.items():
        if shown := [text for text in texts if text]:
            parts += [f"## {title}", *shown]
    return "\n\n".join(parts) + "\n"


def _primary(material: Material, drawn: list[Drawn], places: Mapping[str, str]) -> list[str]:
    """The sentences on the primary analyses, what the plan notes on them, whether the outcome was
    registered otherwise, what of them was put in, the picture of the first."""
    analyses = [
        text
        for analysis in primary(material)
        for text in against_thresholds(material, analysis, named=True)
    ]
    analyses += primary_sentences(material)
    put_in = of_primary(material, primary(material), places)
    notes = [escape_markdown(one.note) for one in primary(material) if one.note]
    said = [*registered_otherwise(material), *dict.fromkeys(notes)]
    return [*(f"**{text}**" for text in analyses), *said, put_in, first_forest(drawn)]


def _patients(material: Material, drawn: list[Drawn], places: Mapping[str, str]) -> list[str]:
    """How many are in each arm, and who of them the primary analyses have."""
    counts = randomised_by_arm(material)
    arms = [
        f"{link(counts[arm])} {escape_markdown(material.arm_label(arm))}"
        for arm in material.trial.design.arms
        if arm in counts
    ]
    who = material.trial.plan.displays.get("flow", {}).get("patients", "")
    named = escape_markdown(lower_first(who or "randomised"))
    whole = f"{link(counts[ALL])} {named}" if ALL in counts else ""
    text = ": ".join(part for part in (whole, ", ".join(arms)) if part)
    text += "; the number randomised is not in the data" if who and text else ""
    of = [
        f"Analysed for {escape_markdown(analysis.label)}: {analysed(material, analysis)}"
        + _known(material, analysis, places)
        + _not_analysed(material, analysis)
        for analysis in primary(material)
    ]
    return [" ".join([*([f"{text}."] if text else []), *of]), flow_figure(drawn)]


def _not_analysed(material: Material, analysis: Analysis) -> str:
    """Who of those in the flow did not enter an analysis, by reason, where it has it."""
    rows = [
        row
        for row in material.of("flow")
        if row["stat_name"] == "not_analysed"
        and row["parameter"] == analysis.name
        and row["group1_level"] == ALL
    ]
    if not rows:
        return ""
    told = [
        f"{link(row)} {escape_markdown(lower_first(present(row['group2_level'])))}"
        for row in rows
        if row["stat_value"]
    ]
    if told:
        return f" Not analysed: {'; '.join(told)}."
    whole = all(k == n for *_, arms in known_counts(material, analysis) for k, n in arms.values())
    # Whether everyone who was randomised is in the export, the export cannot say.
    return " Nobody in these data is left out." if whole else ""


def _known(material: Material, analysis: Analysis, places: Mapping[str, str]) -> str:
    """ "Outcome known: Drug 55 of 60, Placebo 51 of 60.", the least and the most of the visits; a
    link to the table of all of them."""
    counts = [arms for *_, arms in known_counts(material, analysis)]
    if not counts:
        return ""
    told = []
    for arm in material.trial.design.arms:
        k = [arms[arm][0] for arms in counts]
        most = f" to {max(k)}" if max(k) > min(k) else ""
        label = escape_markdown(material.arm_label(arm))
        told.append(f"{label} {min(k)}{most} of {counts[0][arm][1]}")
    several = ", by visit" if len(counts) > 1 else ""
    place = place_link("tbl-known", places)
    shown = f"[{', '.join(told)}]({place})" if place else ", ".join(told)
    return f" Outcome known{several}: {shown}."


def _choices(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """Of each comparison of a primary analysis: how far its first estimate goes under the analyses
    that ask the same question otherwise; or that the plan has none."""
    for analysis in primary(material):
        result_rowses = [rows for rows in _by_question(material, analysis) if len(rows) > 1]
        visits = len({rows[0]["visit"] for rows in result_rowses}) > 1
        for rows in result_rowses:
            yield _range(material, analysis, rows, places, visits=visits)
        if not result_rowses:
            yield _alone(material, analysis, places)


def _alone(material: Material, analysis: Analysis, places: Mapping[str, str]) -> str:
    """That nothing else of the plan estimates a primary result, and where analyses of it stand."""
    text = f"{escape_markdown(analysis.label)}: the plan estimates this in no other way."
    place = place_link(analysis_place(analysis.name), places)
    if place and any(children(material, analysis.name)):
        text += f" What else it asks of it stands [in the report]({place})."
    own = next(iter(same_question(material, analysis)), None)
    return text + (_bounded(material, analysis, own) if own else "")


def _by_question(material: Material, analysis: Analysis) -> list[list[ResultRow]]:
    result_rows: dict[tuple[str | None, ...], list[ResultRow]] = {}
    for row in same_question(material, analysis):
        result_rows.setdefault(question_of(row), []).append(row)
    return list(result_rows.values())


def _range(
    material: Material,
    analysis: Analysis,
    rows: list[ResultRow],
    places: Mapping[str, str],
    *,
    visits: bool,
) -> str:
    """ "… against …: 5 estimates of the risk difference, from −8.1 to −6.9; 4 of 5 intervals …"."""
    by_value = sorted(rows, key=lambda row: present(row["stat_value"]))
    stat, first = rows[0]["stat_name"], rows[0]
    shown = [value_text(stat, present(row["stat_value"]), style_of(row)) for row in by_value]
    least, most = (link(by_value[at], shown[at]) for at in (0, -1))
    whole = [row for row in rows if row["ci_low"] is not None and row["ci_high"] is not None]
    clear = sum(map(leaves_out_no_effect, whole))
    unit = f" {escape_markdown(unit_text(stat, first['unit']).strip())}".rstrip()
    same = shown[0] == shown[-1]
    reach = f"{least}{unit} in all" if same else f"from {least} to {most}{unit}"
    place = place_link(choices_place(analysis.name), places)
    place = place or place_link(analysis_place(analysis.name), places)
    estimates = f"[{len(rows)} estimates]({place})" if place else f"{len(rows)} estimates"
    where = [
        *material.parameter_words(first),
        *([first["visit"]] if visits and first["visit"] else []),
    ]
    lead = escape_markdown(", ".join([analysis.label, *where, pair_text(material, first)]))
    text = f"{lead}: {estimates} of the {LABELS[stat]}, "
    text += reach
    if whole:
        text += f"; {excluding(clear, len(whole))}"
    if whole and clear == len(whole):
        nearest = nearest_to_no_effect(whole)
        of = material.trial.plan.analyses[nearest["analysis_id"]].label
        text += f", the nearest to it {link(nearest)} ({escape_markdown(of)})"
    return f"{text}.{_bounded(material, analysis, first)}"


def _bounded(material: Material, analysis: Analysis, first: ResultRow) -> str:
    """How far the estimate goes if all who have no value had had the worse or the better one."""
    told, null = [], no_effect(first["stat_name"])
    for member, low, high in missing_bounds(material, analysis, first):
        reached = present(low["stat_value"]) <= null <= present(high["stat_value"])
        words = ", with no effect among them" if reached else ""
        told.append(f"{link(low)} to {link(high)}{words} ({escape_markdown(member.label)})")
    ways = "Bounds, with every missing value taken for the one arm or for the other"
    return f" {ways}: {'; '.join(told)}." if told else ""


def _made(material: Material, renderer: str) -> str:
    """Hashes of what it was made from and by, and the command that makes it again."""
    trial, full = material.trial, material.disclosure == "full"
    files = configuration_files(trial) if full else {}
    text = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    configuration = sha256_bytes(text.encode())[:DIGITS] if files else "not shown: no key"
    code = "".join(f"{stage} {digest}\n" for stage, digest in sorted(material.codes.items()))
    lock = trial.at.root / "requirements.lock"
    value = material.seal.value
    rows = [
        ["Run (data, configuration, code)", grouped(value) if value else "not shown: no key"],
        ["Configuration", configuration],
        ["Code", sha256_bytes(code.encode())[:DIGITS]],
        ["Packages (requirements.lock)", sha256_file(lock)[:DIGITS] if lock.is_file() else "none"],
        ["Renderer", renderer],
        ["Make it again", f"make run TRIAL={trial.name}"],
        ["Hold a copy against it", f"trialtrace verify FILE --trial {trial.name}"],
        ["Commit, times, versions", "run.json of the run (results and site)"],
    ]
    body = [[what, f"`{told}`"] for what, told in rows]
    caption = (
        "How this was made. The hash of the configuration is over its files by name and sha256, "
        "that of the code over its stages."
    )
    return texts_table(material, ["What", "Hash or command"], body, "made", caption)
