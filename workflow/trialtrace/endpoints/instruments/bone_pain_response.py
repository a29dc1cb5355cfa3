"""Response of painful bone metastases: pain and opioids together, by consensus categories."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.config.methods import SCORES, TIMES
from trialtrace.config.model import Endpoint
from trialtrace.endpoints.instruments.declaration import Instrument, Scale
from trialtrace.endpoints.records import Cells, Records
from trialtrace.errors import Problem, UserError, one_of
from trialtrace.store import difference, significant

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.endpoints.study import Study

PARENTS = {"pain": SCORES, "opioids": SCORES, "death": TIMES}
CATEGORIES = {
    1.0: "complete response",
    2.0: "partial response",
    3.0: "indeterminate",
    4.0: "progression",
    5.0: "death",
}
POINTS, SHARE = 2, 0.25

INSTRUMENT = Instrument(
    title="International consensus categories of response of bone metastases",
    rule="Against the baseline of pain (0 to 10) and of opioids (oral morphine equivalents). "
    "Complete response: pain 0 without more opioids. Partial response: pain down by 2 or more "
    "without more opioids, or opioids down by 25 % or more without more pain. Progression: pain up "
    "by 2 or more with stable opioids, or opioids up by 25 % or more with pain stable or at most 1 "
    "higher. Anything else is indeterminate. Death by the day of the visit, without a pain value "
    "there, is a category of its own. Declared: which pain was asked (`asked`), what a change of "
    "opioids is (`opioid_change`: any, or 25_percent), what opioids after none at baseline are "
    "(`from_none`), what stable pain is (`stable_pain`), whether a baseline pain below 2 is "
    "evaluable (`low_baseline`), and what pain and opioids that are both up count as (`both_up`).",
    missing="Pain or opioids missing at the visit or at baseline: no category.",
    source="Chow et al., Int J Radiat Oncol Biol Phys 2012;82:1730-1737",
    scales=(Scale("", "", "response", 1, 5, None, "ordinal", categories=CATEGORIES),),
)


def derive(endpoint: Endpoint, scale: Scale, study: "Study") -> Records:
    """A record a subject and declared visit, made of the records of pain, opioids and death."""
    import pyarrow as pa

    from trialtrace.endpoints.kinds.instrument import score_columns

    options, visits = endpoint.options, list(endpoint.options["days"])
    given = {name: study.parent(endpoint, options[name], ("bds",)) for name in ("pain", "opioids")}
    taken = {name: _at(endpoint, study, options[name], one, visits) for name, one in given.items()}
    pain, opioids = (_values(given[name], taken[name]) for name in given)
    end = study.trial.endpoints[options["pain"]].options.get("scale", {}).get("to")
    tenths = _tenths(endpoint, study, end)
    found = category(*(pain * tenths), *opioids, options)
    dead, death, died_of = _death(endpoint, study, visits)
    found = np.where(dead & np.isnan(pain[0]), 5.0, found)
    cells = [cell for name in given for cell in _cells(given[name], taken[name])]
    cells += _cells(death, died_of)
    number = np.repeat(np.arange(len(visits)), study.size)
    columns = {"AVISIT": pa.array(visits).take(pa.array(number)), "AVISITN": pa.array(number + 1)}
    subject = np.tile(np.arange(study.size), len(visits))
    return Records("bds", subject, columns | score_columns(scale, found), tuple(cells))


def category(
    pain: np.ndarray,
    pain_before: np.ndarray,
    opioids: np.ndarray,
    opioids_before: np.ndarray,
    options: Mapping[str, Any],
) -> np.ndarray:
    """Categories 1 to 4 from pain on 0 to 10 and daily oral morphine; NaN where one is missing."""
    change = difference(pain, pain_before)
    none = opioids_before == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = difference(opioids, opioids_before) / opioids_before
    share = np.where(none, 0.0, significant(share))
    started = none & (opioids > 0)
    least = SHARE if options["opioid_change"] == "25_percent" else 0.0
    up = started | (share >= least if least else share > 0)
    down = share <= -least if least else share < 0
    much_up = (started & (options["from_none"] == "increase")) | (share >= SHARE)
    much_down = share <= -SHARE
    lowest = -POINTS if options["stable_pain"] == "less_than_2_lower" else 0
    stable_pain = (change > lowest if lowest else change >= 0) & (change <= 1)
    worse = change >= POINTS
    complete = (pain == 0) & ~up
    partial = ((change <= -POINTS) & ~up) | (much_down & (change <= 0))
    progression = (worse & ~up & ~down) | (much_up & stable_pain)
    if options["both_up"] == "progression":
        progression |= worse & much_up
    found = np.select([complete, partial, progression], [1.0, 2.0, 4.0], default=3.0)
    missing = np.isnan(change) | np.isnan(opioids - opioids_before)
    if options["from_none"] == "missing":
        missing |= started
    if options["low_baseline"] == "not_evaluable":
        missing |= pain_before < POINTS
    return np.where(missing, np.nan, found)


def _tenths(endpoint: Endpoint, study: "Study", end: float | None) -> float:
    """The factor that makes the scale of pain one from 0 to 10."""
    if end not in (10, 100):
        raise UserError(
            Problem(
                f"{study.place(endpoint)}: pain",
                found=f"a scale up to {end}" if end else "an endpoint without a scale",
                expected="an endpoint with a scale from 0 to 10, or to 100 for mm",
            )
        )
    return 10 / end


def _at(
    endpoint: Endpoint, study: "Study", name: str, parent: Records, visits: list[str]
) -> np.ndarray:
    """The parent's record of each visit and subject. Each must have a baseline and one record."""
    labels = np.array(parent.columns["AVISIT"]) if "AVISIT" in parent.columns else np.array([])
    lacking = [visit for visit in visits if visit not in labels]
    doubled = "LAT" in parent.columns or "LOC" in parent.columns
    if lacking or doubled or "BASE" not in parent.columns:
        raise UserError(
            Problem(
                study.place(endpoint),
                found=f"{name}, which has no visit {one_of(lacking)}" if lacking
                else f"{name}, which has {'sides or locations' if doubled else 'no baseline'}",
                expected="an endpoint with a baseline and one record a subject at each visit of "
                "`days`",
            )
        )  # fmt: skip
    taken = np.full(len(visits) * study.size, -1, dtype=np.int64)
    for position, visit in enumerate(visits):
        record = np.flatnonzero(labels == visit)
        taken[position * study.size + parent.subject[record]] = record
    return taken


def _values(parent: Records, taken: np.ndarray) -> np.ndarray:
    """AVAL and BASE of the taken records, as rows."""
    return np.stack([_numbers(parent.columns[name])[taken] for name in ("AVAL", "BASE")])


def _numbers(values: "pa.Array") -> np.ndarray:
    import pyarrow as pa

    return values.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _death(
    endpoint: Endpoint, study: "Study", visits: list[str]
) -> tuple[np.ndarray, Records, np.ndarray]:
    """Whether a subject had died by each visit's day, and the records that say so."""
    parent = study.parent(endpoint, endpoint.options["death"], ("adtte",))
    record = np.full(study.size, -1, dtype=np.int64)
    record[parent.subject] = np.arange(len(parent))
    time, censored = (_numbers(parent.columns[name])[record] for name in ("AVAL", "CNSR"))
    days = np.array([endpoint.options["days"][visit] for visit in visits], dtype=np.float64)
    dead = (censored == 0) & (time <= days[:, None]) & (record >= 0)
    return dead.ravel(), parent, np.where(dead, record, -1).ravel()


def _cells(parent: Records, taken: np.ndarray) -> list[Cells]:
    """The cells of AVAL and BASE of the taken records, behind AVAL of those that take them."""
    found = []
    for one in parent.cells:
        if one.variable not in ("AVAL", "BASE"):
            continue
        start = np.searchsorted(np.sort(taken), one.record, side="left")
        order = np.argsort(taken, kind="stable")
        count = np.searchsorted(np.sort(taken), one.record, side="right") - start
        which = np.repeat(np.arange(len(one.record)), count)
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        record = order[start[which] + inside]
        found.append(Cells("AVAL", record, one.table, one.row[which], one.column))
    return found
