"""The Quarto that renders reports where `report.renderer: quarto` chooses it."""

import shutil

from trialtrace.base.errors import Problem, UserError
from trialtrace.run.trial.settings import EMBEDDED, QUARTO, RENDERER_KEY


def find_quarto() -> str:
    """Its path. Raises UserError where there is none: another renderer makes other bytes, and is
    not taken in its place."""
    found = shutil.which(QUARTO)
    if found is None:
        raise UserError(
            Problem(
                f"config/config.yaml: {RENDERER_KEY}",
                found=f"{QUARTO}, and no `{QUARTO}` on the PATH",
                expected=f"an installed Quarto, or {EMBEDDED}",
                do=f"install Quarto (environment.yml has it), or write `renderer: {EMBEDDED}`",
            )
        )
    return found
