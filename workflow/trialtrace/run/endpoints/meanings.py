"""What codes mean."""

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.tables.canonical import column_text


def decode(codes: pa.Array, meanings: dict[str, str], place: str) -> pa.Array:
    """What each code means; a missing code stays missing, one without a meaning is an error."""
    codes = column_text(codes, place)
    index = pc.index_in(codes, value_set=pa.array(list(meanings), type=pa.string()))
    index = pc.if_else(pc.is_valid(codes), index, pa.scalar(None, type=pa.int32()))
    strange = pc.sum(pc.and_(pc.is_valid(codes), pc.is_null(index))).as_py() or 0
    if strange:
        raise UserError(
            place,
            found=f"{strange} values with a code that has no meaning here",
            expected=f"one of {one_of(meanings)}",
            do="complete the codes in trial.yaml or the choices in dictionary.csv",
        )
    return pa.array(list(meanings.values()), type=pa.string()).take(index)
