"""A number that was read, with its place and what it is taken to be about."""

from dataclasses import dataclass, replace

NO_GROUPS = "which groups are compared is not said"
"""The doubt of a comparison that only a tick of its own confirms."""
OF_BOTH_ARMS = "that this is the difference of the groups beside it is guessed"
OF_ARM_BEFORE = "that this change is of the group before it is guessed"
WHICH_PATIENTS = "which patients these are is not said"


@dataclass(frozen=True)
class Item:
    """A printed expression. `path` are the labels of what was measured, the section first, in the
    paper's words; `category` says that the last of them is a category. `arm` is a name of its arms.

    `is_size` says that it is a number of patients, of those `randomised` where that is told.
    `baseline` says that its table's caption calls it so.
    `stratum` is the one of whose patients it is alone, of the `split` of that name.
    `procedure` is one for several comparisons that its table names, `test` that of a p.
    `compare` are names of arms in the order of the difference, or ("all",). `doubts` tell what was
    guessed; `numbers` how many printed numbers stand in `quote`.
    """

    place: str
    label: str
    printed: str
    quote: str
    kind: str
    path: tuple[str, ...] = ()
    category: bool = False
    visit: str | None = None
    arm: str | None = None
    compare: tuple[str, ...] = ()
    size: int | None = None
    measure: str | None = None
    model: bool = False
    procedure: str | None = None
    test: str | None = None
    change: bool = False
    is_size: bool = False
    randomised: bool = False
    baseline: bool = False
    stratum: str | None = None
    split: str | None = None
    stem: str = "c"
    cells: tuple[tuple[int, int], ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def outcome(self) -> str | None:
        """What was measured, in one line."""
        return " – ".join(self.path[:-1] if self.category else self.path) or None

    def doubted(self, *doubts: str | None) -> "Item":
        new = [doubt for doubt in doubts if doubt and doubt not in self.doubts]
        return replace(self, doubts=(*self.doubts, *new))


@dataclass(frozen=True)
class Left:
    """A number that was seen and not taken up, and why."""

    place: str
    text: str
    why: str


Seen = tuple[int, int, Item]
"""Where a number begins and ends in its sentence, and what it is."""

PARTS = (
    "count_percent",
    "fraction",
    "percent",
    "mean_sd",
    "mean_se",
    "median",
    "mean",
    "value",
    "count",
    "mean_ci",
    "percent_ci",
)
"""Kinds of numbers that are of patients, and compare none."""
