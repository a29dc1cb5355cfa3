"""Whether the data of a trial are those that were there when its plan was frozen."""

from trialtrace.base.purpose import ANALYSIS
from trialtrace.base.store import sha256_bytes
from trialtrace.run.jobs.data import data_digests
from trialtrace.run.trace.seal import RowHashes
from trialtrace.run.trial.hash_key import fingerprint, read_hash_key
from trialtrace.run.trial.load import Trial, load_settings

DATA = "data"
OTHERS = "The data are others than when the plan was frozen"


def data_hash(trial: Trial) -> str | None:
    """One hash of the data files, by the key of hashes where they may not be shown; None where no
    file is there yet, or patients are drawn, or there is no key."""
    plain, settings = _plain(trial), load_settings(trial.at)
    if plain is None or trial.disclosure(settings) == "full":
        return plain
    return RowHashes(trial, settings).of_file(plain)


def data_state(trial: Trial) -> tuple[str, bool]:
    """What is to be told of the data beside a frozen plan, empty where they are the same; and
    whether they are others without a reason."""
    if trial.frozen is None or trial.drawn or trial.at.purpose != ANALYSIS:
        return "", False
    record, plain, settings = trial.frozen.record, _plain(trial), load_settings(trial.at)
    if record.data is None:
        text = "No hash of data is in the record: none were there, or there was no key for one."
        return text, False
    if plain is None:
        return "The data are not there, and were not held against the record.", False
    if record.data == plain:
        return "", False
    if record.key is not None:
        if record.data == RowHashes(trial, settings).of_file(plain):
            return "", False
        key = read_hash_key(trial.at, settings.hash_key)
    if record.key is not None and record.key != (key and fingerprint(key)):
        text = "The data cannot be held against the record: its hash is by another hash_key than "
        return text + "config.yaml names now, or by one that it does not tell.", False
    reason = trial.amendments.of(DATA) if trial.amendments else None
    return f"{OTHERS}{f' ({reason.date}: {reason.reason})' if reason else ''}.", reason is None


def _plain(trial: Trial) -> str | None:
    digests = data_digests(trial)
    if not digests or "missing" in digests:
        return None
    return sha256_bytes("\n".join(digests).encode())
