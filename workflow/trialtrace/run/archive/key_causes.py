"""Which changed keys of the configuration a result may rest on, and how near to it they are."""

import json
from collections.abc import Collection, Iterable, Mapping

from trialtrace.run.archive.compare import KeyChange, Row
from trialtrace.run.jobs.fresh import CLAIMS, PLAN
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

# Parts of files whose keys are names that other parts refer to.
NAMED = {
    "plan.yaml": ("analyses", "displays", "estimands", "multiplicity"),
    "trial.yaml": ("populations", "tables"),
    "cleaning.yaml": ("tables",),
    "endpoints.yaml": (),
}
# What of the settings of a project no result depends on.
SETTINGS = "config.yaml"
OF_REPORTS = ("trials", "examples", "disclosure", "hash_key", "report")
ADJUSTED = "p_adjusted"
LEVEL = "decision_level"
CONFIDENCE = "confidence"
# Keys whose texts are for readers; so are those of labels.
TEXTS = ("title", "note", "summary", "question", "registration", "evidence", "origin", "axis")
LABEL = "label"
# What of a result is computed; the rest of it is words.
NUMBERS = ("stat_value", "ci_low", "ci_high", "ci_level", "n_used", "denominator", "mc_se", "error")
# Key of the plan -> the option under which a result says that it was computed with it.
LEVELS = {LEVEL: "level", CONFIDENCE: CONFIDENCE}


def path_of(change: KeyChange) -> list[str]:
    return [str(part) for part in change.path]


def is_text(change: KeyChange) -> bool:
    """Whether a changed key is for readers alone."""
    last = "".join(path_of(change)[-1:])
    return last in TEXTS or last.endswith(LABEL)


def distance(change: KeyChange, row: Row, names: Mapping[str, int]) -> int:
    """How far a changed key is from a result: 0 in its step, 1 in its analysis, then by the number
    of names that lead to the key's entry; what is of no entry stands last."""
    path, short = path_of(change), change.file.rpartition("/")[2]
    if short == PLAN and path[:2] == ["analyses", str(row["analysis_id"])]:
        steps = {str(row["stat_name"]), str(row["method"]).partition(".")[0]}
        return 0 if steps & {*path[2:]} else 1
    parts = NAMED.get(short)
    named = [] if parts is None else path[:1] if not parts else path[1:2]
    return 2 + min((names[one] for one in named if one in names), default=len(names))


def of_no_level(change: KeyChange, rows: Iterable[Row]) -> bool:
    """Whether a changed key is a level with which none of these was computed.

    Every method tells among its options the level that it took; an interval has one also where it
    is not told. What is planned, and a p that is adjusted, follow from the plan as a whole.
    """
    levels = {str(part) for part in change.path} & LEVELS.keys()
    return bool(levels) and not any(_has_level(row, key) for row in rows for key in levels)


def _has_level(row: Row, key: str) -> bool:
    if row["analysis_id"] == PLANNING or row["stat_name"] == ADJUSTED:
        return True
    if key == CONFIDENCE and row["ci_level"] is not None:
        return True
    return LEVELS[key] in json.loads(str(row["options"]))


def concerns(change: KeyChange, names: Collection[str]) -> bool:
    """Whether a changed key can bear on a result that leads to these names."""
    short = change.file.rpartition("/")[2]
    if short == CLAIMS:
        return False
    path = path_of(change)
    # A checksum lets a file be read or not: what changed is told by its cells.
    if path[-1:] == ["sha256"]:
        return False
    if short == SETTINGS and path[:1] and path[0] in OF_REPORTS:
        return False
    if short == "dictionary.csv":
        return bool({*names} & set(path))
    if short not in NAMED:
        return True
    parts = NAMED[short]
    if not parts:
        return path[0] in names
    return path[0] not in parts or len(path) < 2 or path[1] in names
