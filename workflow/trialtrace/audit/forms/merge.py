"""Two reviewers' forms side by side, with agreement and a column for the consensus."""

import csv
import io
from pathlib import Path

from trialtrace.audit.forms.form import COLUMNS
from trialtrace.base.document import Table
from trialtrace.base.errors import Problem, UserError

_KEY = ("study", "check")


def merged(first: Path, second: Path) -> Table:
    """The answers of two files that `--reviewer` wrote, a line a study and check.

    Raises UserError for a file that is no such CSV, or for files of different ledgers or checks.
    """
    one, other = _answers(first), _answers(second)
    if one.keys() != other.keys():
        differ = sorted(" ".join(key) for key in one.keys() ^ other.keys())
        raise UserError(
            Problem(
                f"{first}, {second}",
                found=f"checks of one file alone: {', '.join(differ[:5])}",
                expected="two forms of the same studies",
            )
        )
    ledgers = [key for key in one if one[key]["ledger_sha256"] != other[key]["ledger_sha256"]]
    if ledgers:
        raise UserError(
            Problem(
                f"{first}, {second}",
                found=f"forms of different ledgers, from {' '.join(ledgers[0])} on",
                expected="two forms of the same ledger",
            )
        )
    names = [next(iter(each.values()))["reviewer"] or at for each, at in ((one, "A"), (other, "B"))]
    heads = ["study", "check", "own_words", "proposed", *names, "agreement", "consensus"]
    heads += [f"comment {name}" for name in names]
    rows = []
    for key, own in one.items():
        pair = [each["answer"].strip().lower() for each in (own, other[key])]
        agreement = "" if not all(pair) else "yes" if pair[0] == pair[1] else "no"
        consensus = pair[0] if agreement == "yes" else ""
        comments = [own["comment"], other[key]["comment"]]
        rows.append(
            [*key, own["own_words"], own["proposed"], *pair, agreement, consensus, *comments]
        )
    both = [row for row in rows if row[6]]
    same = sum(row[6] == "yes" for row in both)
    return Table(heads, rows, f"{same} of {len(both)} answers of both reviewers agree")


def _answers(path: Path) -> dict[tuple[str, ...], dict[str, str]]:
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        heads = set(rows.fieldnames or ())
        if not set(COLUMNS) <= heads:
            raise UserError(
                Problem(
                    str(path),
                    found=f"columns {', '.join(sorted(heads)[:5]) or 'none'}",
                    expected="a CSV that --format inspect-sr --reviewer wrote",
                )
            )
        return {tuple(row[name] or "" for name in _KEY): dict(row) for row in rows}
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(Problem(str(path), found=str(error), expected="a form as CSV")) from None
