"""The rule of an endpoint in words."""

from trialtrace.ground.words import lower_first
from trialtrace.report.material import Material
from trialtrace.trial.endpoints.shared import Labels
from trialtrace.trial.model import Endpoint


def rule_of(material: Material, endpoint: Endpoint) -> str:
    """How its values are made, as a sentence."""
    trial = material.trial
    known = {name: lower_first(declared.label) for name, declared in trial.endpoints.items()}
    text = endpoint.entry.rule(Labels(trial.at, known))
    return text[:1].upper() + text[1:] + "."
