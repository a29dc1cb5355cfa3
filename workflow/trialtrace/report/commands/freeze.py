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
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.store import sha256_bytes, sha256_file, write_bytes, write_json
from trialtrace.report.commands.decisions import late_decisions
from trialtrace.report.which_run import named_trial
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
from trialtrace.run.trial.load import Trial, load_settings, load_trial
from trialtrace.run.trial.review import FILE as REVIEW
from trialtrace.run.trial.study.source import Files

# A registry by which a file can be called.
NAME = re.compile(rf"[^/\\\\.\x00]{{1,{LONGEST_NAME}}}")


def freeze(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a check finds a change without a reason, or a proof that does not hold."""
    at, name = named_trial(arguments)
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
            Problem(
                at.shown(folder / RECORD),
                "the plan is frozen already, and is frozen once",
                do=f"say in amendments.yaml why it changed; trialtrace freeze {name} --check tells "
                "what did",
            )
        )
    if trial.guesses is not None and trial.guesses.guesses:
        raise UserError(
            Problem(
                name,
                found=trial.draft.lower(),
                expected="a plan that its author confirmed",
                do=f"trialtrace confirm {name}",
            )
        )
    from trialtrace.run.trial.check import check_trial

    if problems := check_trial(at, name):
        raise ProblemsError(problems)
    names = (*FILES, REVIEW) if trial.review else FILES
    files = {one: (at.trial_config(name) / one).read_bytes() for one in names}
    record = Record(
        contract=CONTRACT,
        trial=name,
        title=trial.title,
        frozen=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        by=by,
        trialtrace=trialtrace.__version__,
        files={one: sha256_bytes(content) for one, content in files.items()},
        code=_codes(trial),
        data=_data(trial),
        results_by_arm=_results(trial),
    )
    for one, content in files.items():
        write_bytes(folder / one, content)
    # Last: a folder without it is no frozen plan.
    write_json(folder / RECORD, asdict(record))
    print(f"{at.shown(folder / RECORD)}\nsha256 {sha256_file(folder / RECORD)}")
    if record.results_by_arm:
        print("Results by arm were there when it was frozen: the record says so, and reports will.")
    print("Self-dated: to others that proves nothing. Have it stamped, or deposit its hash:")
    print(f"  openssl ts -query -data {at.shown(folder / RECORD)} -sha256 -cert -out frozen.tsq")
    print(f"  trialtrace freeze {name} --token ANSWER.tsr --ca AUTHORITY.pem")
    print(f"  trialtrace freeze {name} --receipt RECEIPT.txt --from REGISTRY")


def _codes(trial: Trial) -> dict[str, str]:
    """The hash of the code of each stage that makes results."""
    from trialtrace.run.jobs.closure import Sources
    from trialtrace.run.jobs.fresh import ANALYSE, CHECK, CLEAN, DERIVE, INGEST, Freshness

    fresh = Freshness(trial.at, load_settings(trial.at), Sources(trial.at))
    return {
        stage: fresh.code(stage, trial.name) for stage in (INGEST, CLEAN, DERIVE, ANALYSE, CHECK)
    }


def _data(trial: Trial) -> str | None:
    """One hash of the data files, by the key of hashes where they may not be shown; None where no
    file is there yet, or patients are drawn, or there is no key."""
    from trialtrace.run.jobs.data import data_digests
    from trialtrace.run.trace.seal import RowHashes

    digests = data_digests(trial)
    if not digests or "missing" in digests:
        return None
    settings = load_settings(trial.at)
    plain = sha256_bytes("\n".join(digests).encode())
    full = trial.disclosure(settings) == "full"
    return plain if full else RowHashes(trial, settings).of_file(plain)


def _results(trial: Trial) -> bool:
    return (trial.at.results / trial.name / "analysis" / "results.parquet").is_file()


def _date(trial: Trial, arguments: argparse.Namespace) -> None:
    """Take in what dates the plan, once it is found to be of this one; nothing is replaced."""
    frozen = _frozen(trial)
    folder = frozen_folder(trial.at, trial.name)
    if arguments.token:
        if not arguments.ca:
            raise UserError(Problem("--token", "needs --ca: the certificates of its authority"))
        stamped(folder / RECORD, Path(arguments.token), Path(arguments.ca))
        _keep(trial, arguments.ca, folder / AUTHORITY)
        _keep(trial, arguments.token, folder / TOKEN)
    else:
        if not (arguments.registry and NAME.fullmatch(arguments.registry)):
            expected = f"--from: whose receipt it is, at most {LONGEST_NAME} letters without /"
            raise UserError(Problem("--receipt", found=str(arguments.registry), expected=expected))
        path = Path(arguments.receipt)
        check_receipt(path, frozen.sha256)
        _keep(trial, path, folder / f"{RECEIPT} of {arguments.registry}{path.suffix}")
    dated = _frozen(load_trial(trial.name, trial.at)).dated
    print(f"{trial.name}: plan frozen {dated}")


def _keep(trial: Trial, source: str | Path, kept: Path) -> None:
    if kept.exists() and kept.read_bytes() != Path(source).read_bytes():
        do = f"keep it: the first counts; or remove {kept.name} yourself"
        raise UserError(Problem(trial.at.shown(kept), "is there already", do=do))
    shutil.copyfile(source, kept)


def _frozen(trial: Trial) -> Frozen:
    if trial.frozen is None:
        raise UserError(
            Problem(trial.name, "its plan is not frozen", do=f"trialtrace freeze {trial.name}")
        )
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
    lines = [f"{name}: {state}" for name, state in states if state]
    lines += [*late_decisions(trial), *_since(trial, frozen), *frozen.faults]
    for line in lines:
        print(line)
    return int(bool(frozen.faults) or any(change.amendment is None for change in changes))


def _since(trial: Trial, frozen: Frozen) -> Iterator[str]:
    """Whether the code and the data are those of the frozen plan."""
    stages = [
        stage for stage, code in _codes(trial).items() if frozen.record.code.get(stage) != code
    ]
    if stages:
        yield (
            f"The code that the plan uses in {', '.join(stages)} is another than when it was "
            "frozen: it was changed, or the plan asks for other parts of it."
        )
    data, then = _data(trial), frozen.record.data
    if isinstance(trial.source, Files) and None in (data, then):
        yield "No data were there when it was frozen, or no hash of them may be kept."
    elif data != then:
        yield "The data are others than when it was frozen."
    if not frozen.changes:
        yield "Nothing of the plan has changed since."
