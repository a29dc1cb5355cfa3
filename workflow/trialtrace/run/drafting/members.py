"""Members of households and the like, each with rows of its own under the id of the group."""

from collections.abc import Sequence

from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.names import SEX, name_words
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.structure import ENDS_AS_ID
from trialtrace.run.drafting.tables import joined_in_sites
from trialtrace.run.tables.measures import plain

MEMBERS = {"member", "members", "person", "individual", "sibling", "housemate"}
# Groups of several members, at least.
FEWEST = 5


def with_members(tables: Sequence[Table], decided: Decided) -> Sequence[Table]:
    """The tables with a patient for each member of a group, where all have both numbers; where some
    have the group alone, whether it is the patient is asked."""
    found = [(table, *pair) for table in tables if (pair := _group_and_member(table))]
    if "subject" in decided.told or not found:
        return tables
    first, group, member = found[0]
    if all({group, member} <= {column.name for column in table.columns} for table in tables):
        return [joined_in_sites(table, (group, member)) for table in tables]
    lacking = [table.name for table in tables if member not in {c.name for c in table.columns}]
    why = f"{group} has several of {member} in {first.name}, of which {lacking[0]} says nothing: "
    why += f"taken for the patient, outcomes are those of all {member}s of a {group} together. To "
    why += f"compare them, give one file in which each {member} has the arm of its {group}."
    place = ("trial.yaml", f"tables.{first.name}.subject")
    words = f"Is {group} a patient, whatever {member} its rows are of?"
    decided.choose("subject", words, [(group, why)], place, str, False)
    return tables


def _group_and_member(table: Table) -> tuple[str, str] | None:
    """The column of groups, taken for the patient or called as an id is, and that which numbers
    their members, where many have several."""
    ids = [column.name for column in table.columns if ENDS_AS_ID.search(plain(column.name))]
    groups = table.subject[:1] or tuple(ids)
    # Where a patient would be of both sexes, another id is of the people.
    sexes = [one for one in table.columns if name_words(one.name) & {*SEX}]
    people = any(one.constant_within is False for one in sexes) and not table.visit
    members = [
        column.name
        for column in table.columns
        if (name_words(column.name) & MEMBERS or (people and column.name in ids))
        and column.constant_within is not True
        and not column.blank
    ]
    for group in groups if members and table.rows <= MOST_ROWS else ():
        for member in members:
            pairs = {*cells_of(table, [group, member])}
            # A row a member is a patient as it is.
            if len(pairs) == table.rows and not table.subject:
                return None
            if member != group and len(pairs) >= table.column(group).distinct + FEWEST:
                return group, member
    return None
