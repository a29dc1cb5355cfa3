"""What stands in config/config.yaml: which trials run, and how."""

import shutil
from typing import Literal

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.base.errors import UserError

QUARTO, EMBEDDED = "quarto", "embedded"
RENDERER_KEY = "report.renderer"
Formats = Distinct[Literal["html", "docx", "pdf"]]


@shape
class Report:
    """How reports are made."""

    formats: Formats = key(
        "Formats of every report. The embedded renderer makes the PDF beside Quarto's pages too."
    )
    supplement: Formats | None = optional(
        "Formats of the supplement, of these; without it, or with none of these, all of them. As "
        "DOCX and PDF it takes a third of the time of a large report."
    )
    renderer: Literal["embedded", "quarto"] | None = optional(
        "What renders reports: embedded, which is what is meant without it, or the Quarto that "
        "is on the PATH. Quarto makes the same texts and numbers in another layout.",
        expected="embedded or quarto",
    )

    @property
    def of_supplement(self) -> list[str]:
        """The formats in which a supplement is made: never none."""
        return [one for one in self.formats if one in (self.supplement or ())] or [*self.formats]

    @property
    def by_quarto(self) -> bool:
        """Whether Quarto was chosen; the embedded renderer needs nothing else."""
        return self.renderer == QUARTO


# Values of `disclosure`, from what shows least to what shows most.
SHOWN = ("restricted", "by_source", "full")


def shows_more(asked: object, allowed: str) -> bool:
    """Whether a disclosure shows more than another; so does any word that is none."""
    return asked is not None and (
        asked not in SHOWN or SHOWN.index(str(asked)) > SHOWN.index(allowed)
    )


# Told wherever it is the cause of a refusal.
RESTRICTED = "disclosure is restricted"
LIFT = "or write `disclosure: full` in config/config.yaml, where patients' values may be shown"


@shape
class Settings:
    """Which trials run, and how."""

    trials: Distinct[Name] = key(
        "Trials that run, in this order; each has a folder of its name under config/trials/."
    )
    examples: Distinct[Name] | None = optional(
        "Trials that run only where they are asked for by name, and stand on no site: examples."
    )
    seed: int = key(
        "Number from which every random stream starts.", minimum=0, maximum=9223372036854775807
    )
    disclosure: Literal["by_source", "full", "restricted"] = key(
        "What reports, pages and messages may show of the data: by_source is full for "
        "registry and synthetic sources and restricted for files of your own; full shows "
        "values and rows; restricted shows counts and hashes only.",
        expected="by_source, full or restricted; for everyone: trialtrace export --as public",
    )
    hash_key: str | None = optional(
        "A file outside the project that holds 32 random bytes or more and that only its "
        "owner can read, as an absolute path or from ~/: the key of the row hashes that "
        "pages under restricted disclosure show. Without it they show none.",
        minLength=1,
        maxLength=1000,
    )
    report: Report = key("How reports are made.")

    @property
    def named(self) -> tuple[str, ...]:
        """Every trial that can run: those of a whole run, then the examples."""
        return (*self.trials, *(self.examples or ()))


def find_quarto() -> str:
    """The path of the Quarto that renders reports where `report.renderer: quarto` chooses it.

    Raises UserError where there is none: another renderer makes other bytes, and
    is not taken in its place."""
    found = shutil.which(QUARTO)
    if found is None:
        raise UserError(
            f"config/config.yaml: {RENDERER_KEY}",
            found=f"{QUARTO}, and no `{QUARTO}` on the PATH",
            expected=f"an installed Quarto, or {EMBEDDED}",
            do=f"install Quarto (environment.yml has it), or write `renderer: {EMBEDDED}`",
        )
    return found
