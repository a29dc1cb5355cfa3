"""`trialtrace freeze`: a plan before anybody knows its results, what dates it, what became of it.

A date of one's own proves nothing to others. What does is a time stamp by RFC 3161 of somebody
else, which openssl checks here without network, or a deposit in a registry, whose receipt names the
hash: that it does is all that can be checked of a receipt.
"""

import argparse
import datetime
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import trialtrace
from trialtrace.base.errors import ProblemsError, UserError
from trialtrace.base.store import sha256_bytes, sha256_file, write_bytes, write_json
from trialtrace.report.commands.decisions import late_decisions
from trialtrace.report.commands.project import COMMITTEE
from trialtrace.report.frozen_data import data_hash, data_state
from trialtrace.report.which_run import check_analysis, named_trial
from trialtrace.run.jobs.fresh import tables_of
from trialtrace.run.trial.amendments import FILE as AMENDMENTS
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.frozen import (
    CONTRACT,
    FILES,
    Frozen,
    Record,
    frozen_folder,
    is_frozen,
)
from trialtrace.run.trial.frozen_proof import (
    AUTHORITY,
    LONGEST_NAME,
    RECEIPT,
    RECORD,
    TOKEN,
    check_receipt,
    stamped,
)
from trialtrace.run.trial.hash_key import key_in_use
from trialtrace.run.trial.load import Trial, load_settings, load_trial
from trialtrace.run.trial.review import FILE as REVIEW

# A registry by which a file can be called.
NAME = re.compile(rf"[^/\\\\.\x00]{{1,{LONGEST_NAME}}}")


def freeze(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a check finds a change without a reason, or a proof that does not hold."""
    at, name = named_trial(arguments)
    check_analysis(at, name)
    trial = load_trial(name, at)
    if arguments.check:
        return _check(trial)
    if arguments.token or arguments.receipt:
        _date(trial, arguments)
        return 0
    _freeze(trial, arguments.by)
    return 0


def _freeze(trial: Trial, by: str | None) -> None:
    """Write frozen/, once."""
    at, name = trial.at, trial.name
    folder = frozen_folder(at, name)
    if is_frozen(at, name):
        raise UserError(
            at.shown(folder / RECORD),
            "the plan is frozen already, and is frozen once",
            do=f"say in amendments.yaml why it changed; trialtrace freeze {name} --check tells "
            "what did",
        )
    if problems := check_trial(at, name):
        raise ProblemsError(problems)
    names = (*FILES, REVIEW) if trial.review else FILES
    files = {one: (at.trial_config(name) / one).read_bytes() for one in names}
    files |= {
        path.relative_to(at.config).as_posix(): path.read_bytes() for path in tables_of(trial)
    }
    data, settings = data_hash(trial), load_settings(at)
    record = Record(
        contract=CONTRACT,
        trial=name,
        title=trial.title,
        frozen=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        by=by,
        trialtrace=trialtrace.__version__,
        files={one: sha256_bytes(content) for one, content in files.items()},
        code=_codes(trial),
        data=data,
        results_by_arm=_results(trial),
        key=key_in_use(trial, settings) if data else None,
    )
    for one, content in files.items():
        write_bytes(folder / one, content)
    # Last: a folder without it is no frozen plan.
    write_json(folder / RECORD, asdict(record))
    print(f"{at.shown(folder / RECORD)}\nsha256 {sha256_file(folder / RECORD)}")
    if record.results_by_arm:
        print("Results by arm were there when it was frozen: the record says so, and reports will.")
    else:
        print(
            f"No results by arm lie in {at.results.name}/, {at.archive.name}/ and {COMMITTEE}/; of "
            "runs into other folders (--results) nothing is known here."
        )
    if by is None:
        print("Who froze it is not in the record: --by NAME would have said it.")
    print("Self-dated: to others that proves nothing. Have it stamped, or deposit its hash:")
    print(f"  openssl ts -query -data {at.shown(folder / RECORD)} -sha256 -cert -out frozen.tsq")
    print(f"  trialtrace freeze {name} --token ANSWER.tsr --ca AUTHORITY.pem")
    print(f"  trialtrace freeze {name} --receipt RECEIPT.txt --from REGISTRY")


def _codes(trial: Trial) -> dict[str, str]:
    """The hash of the code of each stage that makes results."""
    from trialtrace.run.jobs.fresh import freshness
    from trialtrace.run.jobs.stages import ANALYSE, CLEAN, DERIVE

    fresh = freshness(trial.at)
    return {stage: fresh.code(stage, trial.name) for stage in (CLEAN, DERIVE, ANALYSE)}


def _results(trial: Trial) -> bool:
    """Whether results by arm lie in the project: of a run, a kept one, or a closed report."""
    file, at, name = "analysis/results.parquet", trial.at, trial.name
    closed = at.root / COMMITTEE / name
    found = [at.results / name / file, *closed.glob(f"*/closed/results/{name}/{file}")]
    found += [*(at.archive / name).glob("runs/*"), *closed.glob("archive-closed/*/runs/*")]
    return any(path.is_file() for path in found)


def _date(trial: Trial, arguments: argparse.Namespace) -> None:
    """Take in what dates the plan, once it is found to be of this one; nothing is replaced."""
    frozen = _frozen(trial)
    folder = frozen_folder(trial.at, trial.name)
    if arguments.token:
        if not arguments.ca:
            raise UserError("--token", "needs --ca: the certificates of its authority")
        stamped(folder / RECORD, Path(arguments.token), Path(arguments.ca))
        _keep(trial, arguments.ca, folder / AUTHORITY)
        _keep(trial, arguments.token, folder / TOKEN)
    else:
        if not (arguments.registry and NAME.fullmatch(arguments.registry)):
            expected = f"--from: whose receipt it is, at most {LONGEST_NAME} letters without /"
            raise UserError("--receipt", found=str(arguments.registry), expected=expected)
        path = Path(arguments.receipt)
        check_receipt(path, frozen.sha256)
        _keep(trial, path, folder / f"{RECEIPT} of {arguments.registry}{path.suffix}")
    dated = _frozen(load_trial(trial.name, trial.at)).dated
    print(f"{trial.name}: plan frozen {dated}")


def _keep(trial: Trial, source: str | Path, kept: Path) -> None:
    if kept.exists() and kept.read_bytes() != Path(source).read_bytes():
        do = f"keep it: the first counts; or remove {kept.name} yourself"
        raise UserError(trial.at.shown(kept), "is there already", do=do)
    shutil.copyfile(source, kept)


def _frozen(trial: Trial) -> Frozen:
    if trial.frozen is None:
        raise UserError(trial.name, "its plan is not frozen", do=f"trialtrace freeze {trial.name}")
    return trial.frozen


def _check(trial: Trial) -> int:
    """Tell how the plan stands to what was frozen."""
    frozen = _frozen(trial)
    print(f"{trial.name}: plan frozen {frozen.dated}, sha256 {frozen.sha256}")
    if frozen.record.results_by_arm:
        print("Results by arm were there when it was frozen.")
    changes = frozen.later_changes(trial.amendments)
    for change in changes:
        why = change.amendment
        print(f"{change.place}: {change.text}")
        print(f"  {why.date}: {why.reason}" if why else "  NO REASON IS GIVEN")
    states = frozen.states(trial.plan).items()
    place = trial.at.shown(trial.at.trial_config(trial.name) / AMENDMENTS)
    wrong = [
        problem for problem in check_trial(trial.at, trial.name) if problem.place.startswith(place)
    ]
    data, bare = data_state(trial)
    lines = [f"{name}: {state}" for name, state in states if state]
    lines += [*late_decisions(trial), *_since(trial, frozen), data, *frozen.faults]
    if not frozen.changes:
        lines.append("Nothing of the plan has changed since.")
    for line in filter(None, [*lines, *map(str, wrong)]):
        print(line)
    bare = bare or any(change.amendment is None for change in changes)
    return int(bool(frozen.faults or wrong or bare))


def _since(trial: Trial, frozen: Frozen) -> Iterator[str]:
    """Whether the code is that of the frozen plan, and which tables are not in the record."""
    tables = [path.relative_to(trial.at.config).as_posix() for path in tables_of(trial)]
    if others := [one for one in dict.fromkeys(tables) if one not in frozen.record.files]:
        yield f"Endpoints read tables that were not frozen: {', '.join(others)}."
    if (before := frozen.record.trialtrace) != trialtrace.__version__:
        yield (
            f"It was frozen by trialtrace {before}; the code is of another version, "
            f"{trialtrace.__version__}."
        )
        return
    stages = [
        stage for stage, code in _codes(trial).items() if frozen.record.code.get(stage) != code
    ]
    if stages:
        yield (
            f"The code that the plan uses in {', '.join(stages)} is another than when it was "
            "frozen."
        )
