"""Makes every figure that a trial's plan asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trialtrace.display.figures.canvas import save
from trialtrace.display.material import Material


@dataclass(frozen=True)
class Drawn:
    """A figure's place in the report: its section, label, file and caption."""

    kind: str
    label: str
    file: str
    caption: str


def draw_figures(material: Material, folder: Path) -> list[Drawn]:
    """Write every figure into `folder`; a list of what was drawn, in the report's order."""
    synthetic = material.trial.synthetic
    drawn = []
    for kind, name, figure, caption in _figures(material):
        file = save(figure, folder, name, synthetic=synthetic)
        drawn.append(Drawn(kind, f"fig-{name.replace('_', '-')}", file, caption))
    return drawn


def _figures(material: Material) -> Iterator[tuple]:
    displays = material.trial.plan.displays
    if "flow" in displays:
        from trialtrace.display.figures.flow import flow_figure

        yield "flow", "flow", flow_figure(material), "Patient flow."
    for number, given in enumerate(displays.get("forest", ()), start=1):
        from trialtrace.display.figures.forest import forest

        caption = f"{given['title']}: estimates with their confidence intervals."
        yield "forest", f"forest_{number}", forest(material, given), caption
    for number, given in enumerate(displays.get("kaplan_meier", ()), start=1):
        from trialtrace.display.figures.kaplan_meier import kaplan_meier_figure

        level = 100 * material.trial.plan.confidence
        caption = (
            f"{given['title']}: Kaplan-Meier estimates with {level:g} % log-log intervals; "
            "numbers at risk below."
        )
        yield (
            "kaplan_meier",
            f"kaplan_meier_{number}",
            kaplan_meier_figure(material, given),
            caption,
        )
    for number, given in enumerate(displays.get("profile", ()), start=1):
        from trialtrace.display.figures.profile import mean_profile

        level = 100 * material.trial.plan.confidence
        caption = f"{given['title']}: mean with {level:g} % t interval at each visit."
        yield "profile", f"profile_{number}", mean_profile(material, given), caption
