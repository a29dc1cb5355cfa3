"""A ledger in the making: groups, outcomes and claims out of a record, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialtrace.audit.ledger.draft import ALL, LedgerDraft, Left, slug
from trialtrace.audit.printed.expression import parse
from trialtrace.audit.registry.kinds import Form, number, share
from trialtrace.audit.registry.record import Entry, text
from trialtrace.base.errors import UserError

REGISTRATION, RESULTS = "registration", "results"


@dataclass(frozen=True)
class Cell:
    """What numbers of the groups are of: their place, outcome and label, and what `about` says."""

    place: str
    outcome: str
    label: str
    about: Mapping[str, object] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """Its label with category and visit."""
        words = (self.about.get("category"), self.about.get("visit"))
        return ", ".join([self.label, *(str(word) for word in words if word)])


@dataclass
class Making:
    """The draft of a record. `groups` are names of groups by their ids in the module that is read;
    `crossed` says that each patient is in several groups."""

    crossed: bool = False
    draft: LedgerDraft = field(default_factory=LedgerDraft)
    groups: dict[str, str] = field(default_factory=dict)

    def know_groups(self, every: Sequence[Entry]) -> None:
        """The groups of a module; a group of the same title is the same in all modules."""
        self.groups, titles = {}, []
        for group in every:
            title = text(group, "title") or text(group, "id")
            total = "total of all reporting groups" in text(group, "description").casefold()
            title = f"{title} ({text(group, 'id')})" if title in titles else title
            titles.append(title)
            if total or title.casefold() == "total":
                self.groups[text(group, "id")] = ALL
                continue
            name = self.draft.named("group", title, "arm")
            self.draft.groups.setdefault(name, {"label": title})
            self.groups[text(group, "id")] = name

    def outcome(self, label: str, unit: str = "", **more: object) -> str:
        """The name of an outcome, which is its label's alone; the unit stands behind that."""
        name = self.draft.named("outcome", label, "outcome")
        known = self.draft.outcomes.setdefault(name, {"label": label, **more})
        if unit:
            known["label"] = f"{label} ({unit})"
        return name

    def cell(
        self,
        place: str,
        label: str,
        about: Mapping[str, object] | None = None,
        unit: str = "",
        **more: object,
    ) -> Cell:
        """A cell of an outcome of its own."""
        outcome = self.outcome(label, unit, **more)
        return Cell(place, outcome, f"{label} ({unit})" if unit else label, about or {})

    def claim(self, cell: Cell, form: Form, *groups: str, compare: bool = False) -> str | None:
        """The name of a claim of one group, of several that are compared, or of none, where the
        ledger reads its numbers as the registry states them; else they are listed."""
        label = ", ".join(filter(None, (cell.named, " against ".join(map(self.title, groups)))))
        if form.why:
            self.draft.left.append(Left(cell.place, label, form.why))
        prints = [
            each for each in (form.printed, form.otherwise) if each and _reads(each, form.numbers)
        ]
        if not prints:
            if form.printed:
                self.left(replace(cell, label=label), form.printed, "a ledger has no form for it")
            return None
        about: dict[str, object] = {"outcome": cell.outcome} if cell.outcome else {}
        about |= {**cell.about, **form.about}
        for name in {"category", "visit"} & set(about):
            about[name] = self.draft.spelling(str(about[name]))
        if groups:
            about |= {"compare": list(groups)} if compare else {"group": groups[0]}
        stem = cell.outcome or str(about.get("size") or about.get("fact"))
        whose = "compared" if compare else "".join(groups)
        key = self.draft.unique("claim", slug(f"{stem[:20]}_{whose}", 34))
        self.draft.claims[key] = {
            "from": RESULTS if RESULTS in self.draft.papers else REGISTRATION,
            "place": cell.place,
            "label": label,
            "printed": prints[0],
            "about": about,
        }
        if form.doubt:
            self.draft.claims[key]["unconfirmed"] = form.doubt
        return key

    def measured(self, cell: Cell, form: Form, group: str) -> str | None:
        """The claim of a number of a group, by its id in the module that is read."""
        if group in self.groups:
            return self.claim(cell, form, self.groups[group])
        self.left(cell, form.printed, f"the group “{group}” is none of its module")
        return None

    def shares(self, cell: Cell, counts: Mapping[str, int], sizes: Mapping[str, int]) -> None:
        """Counts of the groups, of so many each."""
        for group, count in counts.items():
            self.measured(cell, share(count, sizes.get(group)), group)

    def sizes(self, cell: Cell, counts: Mapping[str, int]) -> None:
        """Numbers of patients, who need not be some of others."""
        for group, count in counts.items():
            self.measured(cell, Form(str(count), {"value": str(count)}), group)

    def left(self, cell: Cell, printed: str, why: str) -> None:
        """List a number that is not taken up."""
        self.draft.left.append(Left(cell.place, f"{cell.label}: {printed}", why))

    def value_of(self, cell: Cell, group: str) -> float | None:
        """What a group has in a cell, as a share or an average; None where there is not one."""
        about = {"outcome": cell.outcome, "group": group, **cell.about}
        names = ("outcome", "group", "category", "visit")
        values = []
        for claim in self.draft.claims.values():
            of = claim["about"]
            if isinstance(of, dict) and all(of.get(name) == about.get(name) for name in names):
                parts = {
                    component.name: float(component.value or 0)
                    for component in parse(str(claim["printed"]))
                }
                value = parts.get("percent", parts.get("value"))
                if parts.get("denominator"):
                    value = parts["count"] / parts["denominator"]
                values += [] if value is None else [value]
        return values[0] if len(values) == 1 else None

    def title(self, name: str) -> str:
        """What the record calls a group."""
        return "all" if name == ALL else str(self.draft.groups[name]["label"])


def _reads(printed: str, numbers: Mapping[str, str]) -> bool:
    """Whether a ledger reads these numbers in an expression, and no others."""
    try:
        parts = {component.name: component.number or component.text for component in parse(printed)}
    except UserError:
        return False
    read = {name: number(value.lstrip("Pp<>=≤≥ ")) for name, value in parts.items()}
    return read == {name: number(value) for name, value in numbers.items()}
