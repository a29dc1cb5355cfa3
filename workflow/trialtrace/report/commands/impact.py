"""`trialtrace impact`: what rests on a cell, a line or a patient."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from trialtrace.base.errors import visible
from trialtrace.base.paths import Project
from trialtrace.report.listing import json_text
from trialtrace.report.material import Material
from trialtrace.run.archive.text import counted
from trialtrace.run.trace.impact import DerivedValue, Impact
from trialtrace.run.trial.load import load_settings, load_trial

if TYPE_CHECKING:
    import numpy as np

# Of a long list so many are shown; JSON has all.
SHOWN = 15


def tell_impact(at: Project, name: str, place: str | None, subject: str | None, form: str) -> None:
    """Print what rests on a place of the export, or on a patient."""
    import numpy as np

    material = Material(load_trial(name, at), load_settings(at), at.results / name, {})
    impact = Impact(material.tracer)
    if place is None:
        chosen = impact.of_subject(subject or "")
        _tell(material, impact, chosen, f"subject {subject}", [], form)
        return
    where = impact.place(place)
    chosen, text = impact.edges(where), str(where)
    if rows := impact.rows_of_key(where):
        text = f"{text}, key of {counted(len(rows), 'row')}: what these reach"
        chosen = np.logical_or.reduce([impact.edges(row) for row in rows])
    _tell(material, impact, chosen, text, impact.rejected(where), form)


def _tell(
    material: Material,
    impact: Impact,
    chosen: "np.ndarray",
    text: str,
    rejected: list[str],
    form: str,
) -> None:
    from trialtrace.report.figures.resting import resting

    tracer = impact.tracer
    derived = list(impact.derived(chosen))
    reach = impact.reach(chosen)
    results = impact.results(reach)
    claims = [claim for row in results for claim in tracer.claims.get(row["result_id"], [])]
    claimed = list(dict.fromkeys(claim["claim_id"] for claim in claims))
    displays = resting(material, reach, {row["result_id"] for row in results})
    adjusted = impact.adjusted(results)
    if form == "json":
        made = {
            "place": text,
            "synthetic": tracer.trial.synthetic,
            "derived": [asdict(one) for one in derived],
            "rejected": rejected,
            "results": [row["result_id"] for row in results],
            "adjusted": [row["result_id"] for row in adjusted],
            "claims": claimed,
            "displays": displays,
        }
        print(json_text(made), end="")
        return
    by_analysis = Counter(row["analysis_id"] for row in results)
    lines = [
        f"{tracer.trial.name}: {text}",
        *(["SYNTHETIC data: not evidence"] if tracer.trial.synthetic else []),
        *_list("rejected by cleaning", rejected),
        *_list("derived values", [*dict.fromkeys(map(_derived, derived))]),
        *_list("results", [f"{name}: {n}" for name, n in by_analysis.items()], len(results)),
        *_list("adjusted p of others in a family", [row["result_id"] for row in adjusted]),
        *_list("published numbers", claimed),
        *_list("figures and tables", displays),
    ]
    print(visible("\n".join(lines)))


def _list(title: str, entries: Sequence[str], many: int | None = None) -> Iterator[str]:
    yield f"{title}: {len(entries) if many is None else many or 'none'}"
    yield from (f"  {entry}" for entry in entries[:SHOWN])
    if len(entries) > SHOWN:
        yield f"  … {len(entries) - SHOWN} more: --format json"


def _derived(derived_value: DerivedValue) -> str:
    parts = (
        derived_value.dataset,
        derived_value.parameter,
        derived_value.visit,
        derived_value.variable,
    )
    return " ".join(part for part in parts if part)
