"""Makes every figure that a trial's plan asks for, and says where it stands in the report."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialtrace.methods.analysing.cuts import parameters
from trialtrace.report.figures.canvas import save
from trialtrace.report.figures.picture import NothingToDraw, Picture, names
from trialtrace.report.material import Material

_HERE = "trialtrace.report.figures"

# Kind of display in plan.yaml -> its module with `draw(material, given) -> Picture`, in the order
# in which a section of the report shows them.
KINDS: dict[str, str] = {
    "flow": f"{_HERE}.flow",
    "forest": f"{_HERE}.forest",
    "bars": f"{_HERE}.bars",
    "stacked": f"{_HERE}.stacked",
    "kaplan_meier": f"{_HERE}.kaplan_meier",
    "cumulative_incidence": f"{_HERE}.cumulative_incidence",
    "interval_survival": f"{_HERE}.interval_survival",
    "profile": f"{_HERE}.profile",
    "spaghetti": f"{_HERE}.spaghetti",
    "paired_slopes": f"{_HERE}.paired_slopes",
    "epsilon_curve": f"{_HERE}.epsilon_curve",
    "tipping": f"{_HERE}.tipping",
    "delta_tipping": f"{_HERE}.delta_tipping",
    "swimmer": f"{_HERE}.swimmer",
    "dose_intensity": f"{_HERE}.dose_intensity",
    "heat_map": f"{_HERE}.heat_map",
    "ridgeline": f"{_HERE}.ridgeline",
}
# These show single patients, so they are drawn only where disclosure is full.
SINGLE_PATIENTS = {"spaghetti", "paired_slopes", "swimmer", "heat_map", "ridgeline"}
STAMP = "Synthetic, not evidence. "


@dataclass(frozen=True)
class Drawn:
    """A figure's place in the report, its file and words; `why` where there is no figure.

    `analysis` is the one beside which it stands; empty where it belongs to none.
    """

    kind: str
    label: str
    file: str
    caption: str
    alt: str
    analysis: str
    why: str = ""


def draw_figures(material: Material, folder: Path) -> list[Drawn]:
    """Write every figure into `folder`; a list of what was drawn, in the report's order."""
    synthetic = material.trial.synthetic
    drawn = []
    for kind, name, given in asked(material):
        label, beside = f"fig-{name.replace('_', '-')}", home(material, given)
        try:
            picture = _picture(material, kind, given)
        except NothingToDraw as reason:
            drawn.append(Drawn(kind, label, "", "", "", beside, str(reason)))
            continue
        file = save(picture.figure, folder, name, synthetic=synthetic)
        caption = (STAMP if synthetic else "") + picture.caption
        drawn.append(Drawn(kind, label, file, caption, picture.alt, beside))
    return drawn


def asked(material: Material) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(kind, name, what the plan says) of every figure."""
    displays = material.trial.plan.displays
    for kind in KINDS:
        if kind == "flow":
            yield from [(kind, kind, displays[kind])] if kind in displays else []
            continue
        for number, given in enumerate(displays.get(kind, ()), start=1):
            yield kind, f"{kind}_{number}", given


def _picture(material: Material, kind: str, given: dict[str, Any]) -> Picture:
    if kind in SINGLE_PATIENTS and material.disclosure != "full":
        raise NothingToDraw(
            f"{given['title']}: no figure, since it would show single patients and disclosure is "
            f"{material.disclosure}."
        )
    return importlib.import_module(KINDS[kind]).draw(material, given)


def home(material: Material, given: dict[str, Any]) -> str:
    """The analysis beside which a figure stands: the one it names, else the first of its
    endpoint, else the first of an endpoint made from it or that it is made from, else the first
    of another scale of its instrument; "" for none."""
    if "analysis" in given:
        return given["analysis"]
    if "of" in given and isinstance(given["of"], list):
        return given["of"][0]
    if "endpoint" not in given:
        return ""
    wanted = set(names(material, given))
    trial = material.trial
    endpoints = trial.endpoints
    related = {
        child
        for child, endpoint in endpoints.items()
        if wanted & set(endpoint.entry.parents)
        or any(child in endpoints[w].entry.parents for w in wanted)
    }
    families = {endpoints[name].family or name for name in wanted}
    siblings = {name for name, endpoint in endpoints.items() if endpoint.family in families}
    for chosen in (wanted, related, siblings):
        for analysis in trial.plan.analyses.values():
            if chosen & {endpoint.name for endpoint in parameters(trial, analysis)}:
                return analysis.name
    return ""
