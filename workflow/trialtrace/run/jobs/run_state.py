"""Which run the results of a trial are of, and whether that run has confirmed them.

What a stage made stands once the record of every stage before it holds, and its own. Numbers that
the independent recomputation has not confirmed are those of a run that stopped, or is under way.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trialtrace.base.errors import Problem, Problems, UserError
from trialtrace.base.paths import ELSEWHERE, PACKAGE, Project
from trialtrace.base.purpose import ANALYSIS
from trialtrace.base.store import write_bytes
from trialtrace.run.jobs.data import data_digests
from trialtrace.run.jobs.fresh import Freshness, freshness
from trialtrace.run.jobs.products import Made, altered, edited, read_record, record_path, together
from trialtrace.run.jobs.stages import CLEAN, RENDER, STAGES
from trialtrace.run.tables.contracts.definitions import VERSION
from trialtrace.run.tables.manifest import files_in

OF_EARLIER = "{} is of an earlier run: this one has not come to it"
CODE, CODE_OR_OTHER, MANIFEST = "code", "code, configuration or data", "raw/manifest.json"


def check_stands(at: Project, trial: str, last: str, whole: bool = False) -> None:
    """Raise UserError unless every stage up to `last` ended, in order, and its files are theirs.

    So it does for results of other contracts than this program reads.

    Read from the disk are the files that `last` read or made, under `whole` those of every stage;
    of the others the records speak.
    """
    records = standing(at, trial)
    if last not in records:
        raise UserError(stopped(at, trial, list(STAGES)[len(records)], last))
    for record in records.values():
        if record.contract != VERSION:
            raise UserError(
                f"{trial}: {record.rule}",
                found=f"results that keep version {record.contract} of the data contracts",
                expected=f"version {VERSION}, which this trialtrace reads (trialtrace help tables)",
                do=f"trialtrace run {trial}, which makes them anew; or read them with the "
                "trialtrace that made them",
            )
    used = {*records[last].inputs, *records[last].outputs}
    problems = Problems()
    for rule in list(records)[: list(STAGES).index(last) + 1]:
        record = records[rule]
        for path in sorted(record.outputs if whole else used & set(record.outputs)):
            problems.found += [
                edited(at.made, name, rule) for name in altered(at.made, record.outputs[path])
            ]
    problems.raise_if_any()


def standing(at: Project, trial: str) -> dict[str, Made]:
    """The stages whose records follow each other from the first on, as far as they do."""
    records: dict[str, Made] = {}
    for rule in STAGES:
        product = read_record(at.made / record_path(rule, trial))
        if product is None or not _follows(product, records):
            break
        records[rule] = product
    return records


def _follows(product: Made, before: Mapping[str, Made]) -> bool:
    """Whether a job read what the jobs before it now say that they wrote."""
    written = {one: files for other in before.values() for one, files in other.outputs.items()}
    return all(one in written and together(written[one]) == d for one, d in product.inputs.items())


def stopped(at: Project, trial: str, rule: str, last: str) -> Problem:
    """That a run came no further than to `rule`, of results that `last` should have made."""
    if not (at.results / trial).is_dir():
        do = f"run the workflow first: trialtrace run {trial}"
        return Problem(trial, "has no results", do=do)
    log = Path("logs") / trial / f"{rule}.log"
    told = f"; why it stopped may stand in {log}" if (at.made / log).is_file() else ""
    return Problem(
        f"{trial}: {rule}",
        "has not ended on these results: a run stopped before, or is under way",
        expected=f"a run that came to the end of {last}",
        do=f"trialtrace run {trial}{told}",
    )


def check_blind(at: Project, trial: str, results: Path | None = None) -> None:
    """Raise UserError where results are of runs for something else than their folder."""
    try:
        said = json.loads(((results or at.results) / trial / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return  # that a file is gone or broken is told by its record
    stamp = at.purpose.stamp
    if said.get("purpose") != (stamp.sentence if stamp else None):
        raise UserError(
            f"trial {trial}",
            found=f"results of: {said.get('purpose', ANALYSIS.text)}",
            expected=f"results of: {stamp.sentence if stamp else ANALYSIS.text}, as their folder",
            do=f"leave them in the folder that they were made in; {ELSEWHERE} there says what for",
        )


def has_code(at: Project) -> bool:
    """Whether results can be held against the code that they came from: of a checkout, or that
    which ran here."""
    return at.code.root == at.root or (at.made / REMEMBERED).is_file()


def changed_since(at: Project, trial: str, kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """Stages whose code, configuration or data are no longer those of what they made, in order, and
    which of these.

    The report is none of a number. Without the code nothing can be compared, and none is named.
    `kept` has the hash of each stage of a kept run, where that is asked about; of which no more is
    told.
    """
    if not has_code(at):
        return {}
    stages, codes = [stage for stage in STAGES if stage != RENDER], dict[str, str]()
    if kept is None:
        codes = codes_of(at.results / trial) if RENDER in standing(at, trial) else {}
        records = {stage: read_record(at.made / record_path(stage, trial)) for stage in stages}
        kept = {stage: record.fresh for stage, record in records.items() if record}
    fresh = freshness(at)
    return {
        stage: _what(fresh, stage, trial, kept[stage], codes.get(stage))
        for stage in stages
        if stage in kept and fresh.job(stage, trial) != kept[stage]
    }


def _what(fresh: Freshness, stage: str, trial: str, before: str, code: str | None) -> str:
    """What of a stage is not as it was when its hash was `before` and that of its code `code`."""
    if code is None:
        return CODE_OR_OTHER
    of_code = code != fresh.code(stage, trial)
    if fresh.job_by(code, stage, trial) == before:
        return CODE
    reads = stage == CLEAN or fresh.at.purpose.hides_arms
    rest = "data" if reads and _other_data(fresh, trial) else "configuration"
    return f"{CODE} and {rest}" if of_code else rest


def _other_data(fresh: Freshness, trial: str) -> bool:
    """Whether the files of the export are not those that were read."""
    manifest = json.loads((fresh.at.results / trial / MANIFEST).read_text(encoding="utf-8"))
    read = {file["file"]["sha256"] for _, file in files_in(manifest["tables"])}
    now = data_digests(fresh.trial(trial))
    return bool(now) and {*now} != read


def outdated_line(changed: Mapping[str, str]) -> str:
    """That numbers belong to an earlier state of the project, by what changed of which stages."""
    by_what: dict[str, list[str]] = {}
    for stage, what in changed.items():
        by_what.setdefault(what, []).append(stage)
    parts = (f"{what} of {', '.join(stages)}" for what, stages in by_what.items())
    return f"{'; '.join(parts)} changed since: run again"


def codes_of(folder: Path) -> dict[str, str]:
    """The hash of the code of each stage that made a trial's results; none without a report."""
    file = folder / "report" / "code.json"
    codes: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return codes


def run_line(run: Mapping[str, Any]) -> str:
    """When the last run ended, and its commit; from run.json, the one volatile file."""
    commit = f"commit {run['commit'][:7]}" if run.get("commit") else "outside of a checkout"
    changed = " with changes" if run.get("dirty") else ""
    return f"run of {run['ended'][:16].replace('T', ' ')}, {commit}{changed}"


def read_run(folder: Path) -> dict[str, Any]:
    """run.json of a trial's results; empty where there is none."""
    try:
        return json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


# That the configuration of a trial is in order takes longer to find out than what most commands do.
# It follows from the content of the project's code, configuration and data, so the start of a run
# remembers it beside a digest of all of that. Nothing is taken from the times of files.

REMEMBERED = ".snakemake/trialtrace.jobs.json"


def recall(fresh: Freshness) -> set[str]:
    """The trials that stand as at the start of an earlier run, which found them in order."""
    if not _same_code(fresh.at):
        return set()
    return {
        name
        for name, content in _remembered(fresh.at).items()
        if name in fresh.settings.named and content == _content(fresh, name)
    }


def remember_sound(fresh: Freshness, trials: Iterable[str]) -> None:
    """Keep that the configuration of these trials is in order."""
    if not _same_code(fresh.at):
        return
    before = _remembered(fresh.at)
    now = before | {name: content for name in trials if (content := _content(fresh, name))}
    if now != before:
        write_bytes(fresh.at.made / REMEMBERED, json.dumps(now).encode())


def _remembered(at: Project) -> dict[str, str]:
    try:
        told = json.loads((at.made / REMEMBERED).read_text(encoding="utf-8"))
        return {name: content for name, content in told.items() if isinstance(content, str)}
    except (OSError, ValueError, AttributeError):
        return {}


def _same_code(at: Project) -> bool:
    """Whether the code that runs is the project's: which names of a registry count, code says."""
    return at.code.package.resolve() == PACKAGE


def _content(fresh: Freshness, trial: str) -> str | None:
    """One digest over all that the checks of a trial look at; None where it cannot be read.

    Of config/ that is every file but those of other trials.
    """
    try:
        data = data_digests(fresh.trial(trial))
        configuration = _configuration(fresh.at, trial)
    except (OSError, UserError):
        return None
    code = [f"{room} {version}" for room, version in fresh.sources.versions.items()]
    return fresh.sources.hash(configuration, *code, *fresh.environment, *data)


def _configuration(at: Project, trial: str) -> list[Path]:
    own = at.trial_config(trial)
    others = (path for path in at.config.iterdir() if path != own.parent)
    paths = [path for folder in (*others, own) for path in (folder, *folder.rglob("*"))]
    return sorted(path for path in paths if path.is_file())
