"""An estimand (ICH E9(R1))."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Distinct, key, shape
from trialtrace.trial.words import Name, Text


@shape
class Treatment:
    """What is compared."""

    of: Name | Distinct[Name] = key(
        (
            "Treated arm, or a list of them. Models and tests of all arms are made of the "
            "arms named here and the reference: of three arms name both others to have the "
            "third in the model."
        ),
        expected="an arm or a list of arms",
    )
    to: Name = key("Reference arm.")


@shape
class Intercurrent:
    """An intercurrent event."""

    event: Text = key("What happens.")
    strategy: Literal[
        "treatment policy",
        "hypothetical",
        "composite",
        "while on treatment",
        "while alive",
        "principal stratum",
    ] = key("How it is handled.")


@shape
class Estimand:
    """An estimand."""

    treatment: Treatment = key("What is compared.")
    population: Name = key("Population.")
    variable: Name | Distinct[Name] = key(
        (
            "Endpoint, or a list of them; an entry of endpoints.yaml that makes several "
            "stands for all. Results of a list carry `;parameter=`."
        ),
        expected="an endpoint or a list of endpoints",
    )
    intercurrent: tuple[Intercurrent, ...] = key(
        "Intercurrent events, each with its strategy; an empty list where there are none."
    )
    summary: Text = key("Population-level summary, in words.")
