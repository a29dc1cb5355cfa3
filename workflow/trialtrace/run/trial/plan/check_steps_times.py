"""Steps of the plan about times: options that do not go together."""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.run.trial.context import Files


def check(files: Files, place: Path_, options: Mapping[str, object]) -> None:
    """A robust error needs scores of single subjects, which discrete ties do not have."""
    if options.get("ties") == "discrete" and options.get("variance", "model") != "model":
        files.plan.add(
            (*place, "variance"),
            found=f"{options['variance']} with ties: discrete",
            expected="model",
            do="or give ties: efron",
        )
