"""amendments.yaml: why a plan is another than the one that was frozen."""

from trialtrace.base.config.names import Text
from trialtrace.base.config.spec import Distinct, key, shape

FILE = "amendments.yaml"


@shape
class Amendment:
    """A change after the plan was frozen, and its reason."""

    of: Distinct[Text] = key(
        "What was changed: a file, or what stands below a key of one, as "
        "`plan.yaml: analyses.pain`; `code` or `data`."
    )
    date: Text = key(
        "When it was decided, as 2026-11-20.",
        pattern=r"\d{4}-\d{2}-\d{2}",
        expected='a day: "2026-11-20"',
    )
    reason: Text = key("Why. Reports print it.")


@shape
class AmendmentsFile:
    """Every change since the plan was frozen, each with its reason."""

    amendments: tuple[Amendment, ...] = key("Changes, in the order of reports.")

    def of(self, file: str, path: str = "") -> Amendment | None:
        """The first that names a key, one around it, or its file."""
        place = f"{file}: {path}" if path else file
        for amendment in self.amendments:
            for named in amendment.of:
                if named == file or place == named or place.startswith(f"{named}."):
                    return amendment
        return None
