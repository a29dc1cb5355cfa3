"""`trialtrace freeze`: a plan before anybody knows its results, what dates it, what became of it.

A date of one's own proves nothing to others. What does is a time stamp by RFC 3161 of somebody
else, which openssl checks here without network, or a deposit in a registry, whose receipt names the
hash: that it does is all that can be checked of a receipt.
"""

import argparse
import datetime
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trialtrace
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.store import sha256_bytes, sha256_file, write_bytes, write_json
from trialtrace.report.which_run import Add, add_of_trial, named_trial
from trialtrace.run.trial.frozen import (
    CONTRACT,
    FILES,
    PROOF,
    RECORD,
    Frozen,
    frozen_folder,
    is_frozen,
)
from trialtrace.run.trial.load import Trial, load_settings, load_trial
from trialtrace.run.trial.study.source import Files

TOKEN, AUTHORITY, RECEIPT = "frozen.json.tsr", "authority.pem", "receipt"
STAMP, DEPOSIT = "time stamp", "deposit"
TIME = re.compile(r"^Time stamp: (.+)$", re.MULTILINE)
# What a reader of a receipt can be asked to hold in a report.
LONGEST_NAME = 60
MISMATCH = "message imprint mismatch"
REFUSED = re.compile(r".*[Vv]erify error:\s*([^\n]+)")


def add_freeze(add: Add) -> None:
    command = add_of_trial(
        add, "freeze", "freeze the plan of a trial, date it, and tell what changed since"
    )
    command.add_argument("--by", metavar="NAME", help="who freezes it")
    command.add_argument(
        "--token", metavar="FILE", help="a time stamp (RFC 3161) of the frozen plan; with --ca"
    )
    command.add_argument(
        "--ca", metavar="FILE", help="certificates of the authority that stamped it, as PEM"
    )
    command.add_argument(
        "--receipt", metavar="FILE", help="a text of a registry that names the hash; with --from"
    )
    command.add_argument("--from", dest="registry", metavar="NAME", help="whose receipt it is")
    command.add_argument(
        "--check", action="store_true", help="whether it is whole and dated, and what changed since"
    )
    command.set_defaults(run=run_freeze)


def run_freeze(arguments: argparse.Namespace) -> int:
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
    files = {one: (at.trial_config(name) / one).read_bytes() for one in FILES}
    record = {
        "contract": CONTRACT,
        "trial": name,
        "title": trial.title,
        "frozen": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "by": by,
        "trialtrace": trialtrace.__version__,
        "files": {one: sha256_bytes(content) for one, content in files.items()},
        "code": _codes(trial),
        "data": _data(trial),
        "results_by_arm": _results(trial),
    }
    for one, content in files.items():
        write_bytes(folder / one, content)
    # Last: a folder without it is no frozen plan.
    write_json(folder / RECORD, record)
    print(f"{at.shown(folder / RECORD)}\nsha256 {sha256_file(folder / RECORD)}")
    if record["results_by_arm"]:
        print("Results by arm were there when it was frozen: the record says so, and reports will.")
    print("Self-dated: to others that proves nothing. Have it stamped, or deposit its hash:")
    print(f"  openssl ts -query -data {at.shown(folder / RECORD)} -sha256 -cert -out frozen.tsq")
    print(f"  trialtrace freeze {name} --token ANSWER.tsr --ca AUTHORITY.pem")
    print(f"  trialtrace freeze {name} --receipt RECEIPT.txt --from REGISTRY")


def _codes(trial: Trial) -> dict[str, str]:
    """The hash of the code of each stage that makes results; none where no scripts are."""
    from trialtrace.run.jobs.closure import Sources
    from trialtrace.run.jobs.fresh import ANALYSE, CHECK, CLEAN, DERIVE, INGEST, Freshness
    from trialtrace.run.jobs.run_state import has_code

    if not has_code(trial.at):
        return {}
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
    """Take in what dates the plan, once it is found to be of this one."""
    frozen = _frozen(trial)
    folder = frozen_folder(trial.at, trial.name)
    if arguments.token:
        if not arguments.ca:
            raise UserError(Problem("--token", "needs --ca: the certificates of its authority"))
        proof = _stamped(folder / RECORD, Path(arguments.token), Path(arguments.ca))
        shutil.copyfile(arguments.token, folder / TOKEN)
        shutil.copyfile(arguments.ca, folder / AUTHORITY)
    else:
        if not arguments.registry:
            raise UserError(Problem("--receipt", "needs --from: whose receipt it is"))
        path = Path(arguments.receipt)
        _named(path, frozen.sha256)
        kept = folder / f"{RECEIPT}{path.suffix}"
        shutil.copyfile(path, kept)
        by = str(arguments.registry)[:LONGEST_NAME]
        proof = {"kind": DEPOSIT, "by": by, "file": kept.name, "sha256": sha256_file(kept)}
    write_json(folder / PROOF, proof)
    dated = _frozen(load_trial(trial.name, trial.at)).dated
    print(f"{trial.name}: plan frozen {dated}")


def _frozen(trial: Trial) -> Frozen:
    if trial.frozen is None:
        raise UserError(
            Problem(trial.name, "its plan is not frozen", do=f"trialtrace freeze {trial.name}")
        )
    return trial.frozen


def _stamped(record: Path, token: Path, authority: Path) -> dict[str, Any]:
    """What a token says of the record. Raises UserError where it is not of it, or not the
    authority's."""
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as space:
        # openssl takes no name that begins with a hyphen for a file.
        data, answer, trusted = (
            shutil.copyfile(path, Path(space) / name)
            for path, name in ((record, "data"), (token, "token"), (authority, "ca"))
        )
        files = ["-data", str(data), "-in", str(answer), "-CAfile", str(trusted)]
        _openssl(token, "ts", "-verify", *files, "-untrusted", str(trusted))
        text = _openssl(token, "ts", "-reply", "-in", str(answer), "-text")
        subject = _openssl(authority, "x509", "-in", str(trusted), "-noout", "-subject")
    stamped = TIME.search(text)
    if stamped is None:
        raise UserError(Problem(str(token), "is a token without a time"))
    time = datetime.datetime.strptime(stamped[1].strip(), "%b %d %H:%M:%S %Y GMT")
    name = subject.strip().removeprefix("subject=").rpartition("CN = ")[2].strip()
    return {
        "kind": STAMP,
        "by": name[:LONGEST_NAME],
        "time": time.isoformat(timespec="seconds") + "Z",
        "sha256": sha256_file(token),
        "authority": sha256_file(authority),
    }


def _openssl(about: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["openssl", *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        do = "install openssl: it checks time stamps"
        raise UserError(Problem("openssl", "is not there", do=do)) from None
    if done.returncode == 0:
        return done.stdout
    said = f"{done.stdout} {done.stderr}"
    refused = REFUSED.search(said)
    found = "nothing that openssl reads as a time stamp"
    if MISMATCH in said:
        found = "a time stamp of another file"
    elif refused:
        found = f"one that the certificates do not vouch for: {refused[1].strip()}"
    raise UserError(
        Problem(
            str(about),
            found=found,
            expected="a time stamp of frozen/frozen.json that these certificates vouch for",
            do="ask the authority for one of this file, or name its certificates by --ca",
        )
    )


def _named(path: Path, sha256: str) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    if sha256.encode() not in content.lower():
        raise UserError(
            Problem(
                str(path),
                "does not name the hash of the frozen plan",
                expected=f"sha256 {sha256} in it, as text",
                do="name a receipt as text or HTML that holds the hash as it was deposited",
            )
        )


def _check(trial: Trial) -> int:
    """Tell how the plan stands to what was frozen."""
    frozen = _frozen(trial)
    faults = [*_faults(trial, frozen)]
    print(f"{trial.name}: plan frozen {frozen.dated}, sha256 {frozen.sha256}")
    if frozen.record["results_by_arm"]:
        print("Results by arm were there when it was frozen.")
    changes = frozen.told(trial.amendments)
    for change in changes:
        why = change.amendment
        print(f"{change.place}: {change.text}")
        print(f"  {why.date}: {why.reason}" if why else "  NO REASON IS GIVEN")
    states = frozen.states(trial.plan).items()
    lines = [f"{name}: {state}" for name, state in states if state]
    for line in (*lines, *_since(trial, frozen), *map(str, faults)):
        print(line)
    return int(bool(faults) or any(change.amendment is None for change in changes))


def _since(trial: Trial, frozen: Frozen) -> Iterator[str]:
    """Whether the code and the data are those of the frozen plan."""
    stages = [
        stage for stage, code in _codes(trial).items() if frozen.record["code"].get(stage) != code
    ]
    if stages:
        yield f"The code of {', '.join(stages)} is another than when it was frozen."
    data, then = _data(trial), frozen.record["data"]
    if isinstance(trial.source, Files) and None in (data, then):
        yield "No data were there when it was frozen, or no hash of them may be kept."
    elif data != then:
        yield "The data are others than when it was frozen."
    if not frozen.changes:
        yield "Nothing of the plan has changed since."


def _faults(trial: Trial, frozen: Frozen) -> Iterator[UserError]:
    """What is wrong with the proof of its date."""
    folder, proof = frozen_folder(trial.at, trial.name), frozen.proof
    if proof is None:
        return
    try:
        if proof["kind"] == STAMP:
            if _stamped(folder / RECORD, folder / TOKEN, folder / AUTHORITY) != dict(proof):
                place = trial.at.shown(folder / PROOF)
                raise UserError(Problem(place, "is not what the token says"))
        else:
            _named(folder / str(proof["file"]), frozen.sha256)
    except UserError as error:
        yield error
