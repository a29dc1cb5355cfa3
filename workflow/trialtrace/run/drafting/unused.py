"""What a file tells of its design and a draft does not use: named, so that none overlooks it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from trialtrace.run.drafting.clusters import FEWEST_CLUSTERS
from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.names import (
    CLUSTERS,
    PERIODS,
    RELATED,
    SEQUENCES,
    SITES,
    name_words,
    rank,
)
from trialtrace.run.drafting.outcomes import (
    MEASURE,
    Outcome,
    belongs,
    is_number,
    levels,
    of_analysis,
)
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.times import is_counted, is_watched
from trialtrace.run.tables.measures import parts

# Words beside that of a group in its name.
NUMBERS = {"id", "no", "nr", "number", "num", "code", "name"}
PAIRS = {"pair", "pairs", "matched", "match", "matchid", "pairid", "paar", "twins", "twinpair"}
STRATA = {"stratum", "strata", "block", "blocks", "schicht", "strate", "estrato"}
# Words of two sides of a patient, each with the other.
SIDES = {"left": "right", "od": "os", "links": "rechts", "gauche": "droite", "izquierda": "derecha"}
FEWEST_OF_PAIRS = 5
IN_ANALYSIS = "tells who is in an analysis, or left out of one, and why"


def tell_unused(table: Table, arm: Column, used: set[str], cluster: str, decided: Decided) -> None:
    """A guess that names each column of clusters, pairs, strata, periods and sequences without a
    role, and columns of two sides; `used` are those with one. Where a `cluster` was randomised,
    pairs and strata are of clusters, and other groups are parts of one, or have several."""
    free = [column for column in table.columns if column.name not in used]
    told = [f"{one.name} {why}" for one in free if (why := _of_design(table, one, arm, cluster))]
    told += _of_sides(table.columns)
    asked = "where" in decided.told or any(one.name == "where" for one in decided.guesses)
    told += [f"{one.name} {IN_ANALYSIS}" for one in free if not asked and _tells_analysed(one)]
    if told and "design" not in decided.told:
        why = f"The draft does not use what these tell of the design: {'; '.join(told)}."
        names = ", ".join(text.partition(" ")[0] for text in told)
        decided.guess("unused", ("trial.yaml", "design"), names, why)


def tell_exposure(table: Table, outcome: Outcome, decided: Decided) -> None:
    """A guess on a count of which patients were followed for unequal times: its mean is none of a
    rate."""
    number = table.column(outcome.source)
    watched = [one for one in table.columns if is_watched(one) and one.name != number.name]
    if outcome.kind != MEASURE or not is_counted(number) or not watched:
        return
    first = watched[0]
    why = (
        f"{number.name} is a count, and {first.name}, {first.low} to {first.high}, tells how long "
    )
    why += "patients were followed: means are compared, whatever the time. rate_ratio by "
    why += "negative_binomial, or poisson_regression, has it as exposure, once it is a variable of "
    why += "`subjects`."
    decided.guess("exposure", ("plan.yaml", "analyses"), first.name, why)


def _tells_analysed(column: Column) -> bool:
    return of_analysis(column) != "" and not belongs(column)


def _of_design(table: Table, column: Column, arm: Column, cluster: str) -> str:
    """What a column by its name is of; nothing where the name is of anything else."""
    words = {*parts(column.name)} - NUMBERS
    n = len(levels(column)) or column.distinct
    if not words or n < 2 or rank(column.name, SITES) is not None:
        return ""
    most = column.rows - 1 if words <= RELATED else column.rows / 2
    groups = FEWEST_CLUSTERS <= column.distinct <= most and not cluster
    if words <= PAIRS and column.constant_within is not False:
        return _of_pairs(table, column, arm, cluster)
    if words <= CLUSTERS and groups and column.constant_within is not False:
        return f"has {column.distinct} groups, of which no comparison takes account"
    if words <= STRATA and 2 * n <= column.rows:
        return "may have stratified the lots: --covariates adjusts for it, if it has few levels"
    if name_words(column.name) & SEQUENCES or (
        words <= PERIODS and "period" in words and column.constant_within is False
    ):
        return "has the name of the order or the period of treatments"
    return ""


def _of_pairs(table: Table, column: Column, arm: Column, cluster: str) -> str:
    """Whether most pairs have a patient, or a cluster, of each arm, and none two of one."""
    if table.rows > MOST_ROWS or arm.constant_within is False or not arm.name:
        return ""
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    cells = cells_of(table, [column.name, arm.name, *([cluster] if cluster else [])])
    for pair, code, *_ in dict.fromkeys(cells) if cluster else cells:
        if pair and code:
            sizes[pair][code] += 1
    whole = sum(len(each) == arm.distinct for each in sizes.values())
    single = all(max(each.values()) == 1 for each in sizes.values())
    if not single or whole < max(FEWEST_OF_PAIRS, len(sizes) / 2):
        return ""
    if cluster:
        return (
            f"has {whole} of {len(sizes)} pairs with a {cluster} of each arm, within which it was "
            "drawn: no comparison takes account of them"
        )
    return (
        f"has {whole} of {len(sizes)} pairs with a patient of each arm: to compare within them, "
        f"--subject {column.name} --design within_subject"
    )


def _of_sides(columns: Sequence[Column]) -> Iterator[str]:
    """Numbers of two sides of a patient in a row: iop_left and iop_right."""
    by_words = {tuple(parts(one.name)): one.name for one in columns if is_number(one)}
    for words, name in by_words.items():
        for at, word in enumerate(words):
            other = (*words[:at], SIDES.get(word, ""), *words[at + 1 :])
            if len(words) > 1 and other in by_words:
                yield f"{name} and {by_words[other]} are of two sides of a patient, each alone"
