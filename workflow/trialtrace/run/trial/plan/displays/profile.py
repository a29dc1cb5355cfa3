"""Values over the visits."""

from __future__ import annotations

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Distinct, key, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfEndpoint


@shape
class Profile(OfEndpoint):
    """A profile."""

    endpoint: Name | Distinct[Name] = key(
        "Endpoint with visits, or a list of them: a panel each.",
        expected="an endpoint or a list of endpoints",
    )


DISPLAY = Display(
    "profile",
    "Values over the visits.",
    Profile,
    names.repeated,
    figure="profile",
)
