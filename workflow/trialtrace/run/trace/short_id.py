"""The short id of a result, under which pages, DOCX and PDF have it."""

import base64
import hashlib
import re
from functools import lru_cache

from trialtrace.base.errors import UserError, one_of
from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet
from trialtrace.run.trial.listing import listed_trials

# Letters of an id, of 32 each: two of 5,000 numbers share one in 1 of 90,000 trials.
LETTERS = 8
_SHORT = re.compile(rf"[a-z2-7]{{{LETTERS}}}")
# No id has these digits.
_LETTER_OF_DIGIT = str.maketrans("018", "olb")
# Each is asked for some ten times while a report is written.
KEPT = 1 << 16
NEAREST = 3


@lru_cache(KEPT)
def short_id(result_id: str) -> str:
    """The anchor of a result on its page, and where it stands first in the report.

    A part of its sha256, since it stands in every link to the result: identifiers are ten times as
    long, and this one does not change either when another result is added.
    """
    digest = hashlib.sha256(result_id.encode()).digest()
    return base64.b32encode(digest)[:LETTERS].decode().lower()


def typed_short(text: str) -> str | None:
    """The short id that a text is, as it is typed from paper: in capitals, with blanks around it,
    or with a digit for the letter that it looks like; None of any other."""
    plain = text.strip().lower().translate(_LETTER_OF_DIGIT)
    return plain if _SHORT.fullmatch(plain) else None


def with_short_id(at: Project, text: str) -> str:
    """The whole identifier of the result that has a short id in the last run of some trial.

    Raises UserError where none has it, or several have.
    """
    files = {name: at.results / name / "analysis" / "results.parquet" for name in listed_trials(at)}
    there = {name: path for name, path in files.items() if path.is_file()}
    names = [
        result_id
        for path in there.values()
        for result_id in read_parquet(path, ["result_id"])["result_id"].to_pylist()
    ]
    found = [result_id for result_id in names if short_id(result_id) == text]
    if len(found) == 1:
        return found[0]
    near = {short_id(name): name for name in names if _one_letter_off(short_id(name), text)}
    what = f"{len(found)} results have this short id" if found else "no result has this short id"
    expected = one_of(found) if found else f"one of the last runs of {one_of(there)}"
    do = "; ".join(f"{short} is {name}" for short, name in sorted(near.items())[:NEAREST]) or None
    raise UserError(f"short id {text}", found=what, expected=expected, do=do)


def _one_letter_off(short: str, text: str) -> bool:
    return sum(a != b for a, b in zip(short, text, strict=True)) == 1
