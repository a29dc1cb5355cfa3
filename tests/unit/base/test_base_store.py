"""The writer: whole or not at all, twelve digits, the same bytes every time."""

import math
import os
import stat

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.base import store
from trialtrace.base.errors import UserError


def test_a_failing_write_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "results.json"
    store.write_text(path, "old")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full_disk)
    with pytest.raises(UserError, match="No space left"):
        store.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_json_writes_nothing(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        store.write_json(tmp_path / "a.json", {"value": math.nan})
    assert list(tmp_path.iterdir()) == []


def test_json_has_sorted_keys_and_a_final_newline(tmp_path):
    store.write_json(tmp_path / "a.json", {"b": 1, "a": "Köln"})
    assert (tmp_path / "a.json").read_bytes() == '{\n  "a": "Köln",\n  "b": 1\n}\n'.encode()


def test_modes_do_not_depend_on_the_umask(tmp_path):
    """The folder is open to all, other than that of a test."""
    folder = tmp_path / "folder"
    store.write_text(folder / "open", "x")
    store.write_text(folder / "closed", "x", 0o600)
    modes = [stat.S_IMODE((folder / name).stat().st_mode) for name in ("open", "closed")]
    assert modes == [0o644, 0o600]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (0.1 + 0.2, 0.3),
        (1 / 3, 0.333333333333),
        (-2 / 3, -0.666666666667),
        (123456789012.5, 123456789012.0),
        (1e-300 / 3, 3.33333333333e-301),
        (5e-324, 5e-324),
        (1.7976931348623157e308, 1.79769313486e308),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
    ],
)
def test_twelve_significant_digits(value, kept):
    assert store.significant([value])[0] == kept


def test_negative_zero_is_zero_and_nan_stays():
    zero, nothing = store.significant([-0.0, math.nan])
    assert math.copysign(1, zero) == 1
    assert math.isnan(nothing)
    assert store.significant([]).shape == (0,)


@given(st.lists(st.floats()))
def test_rounding_twice_is_rounding_once(values):
    once = store.significant(values)
    np.testing.assert_array_equal(store.significant(once), once)


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_rounding_moves_a_value_by_half_a_unit_of_the_twelfth_digit_at_most(value):
    # (1 + 1e-3) for the rounding of the binary number itself.
    assert abs(store.significant([value])[0] - value) <= 5e-12 * abs(value) * 1.001


def table(value):
    return pa.table({"id": ["a", "b"], "x": pa.array([value, None]), "n": [1, 2]})


def test_the_same_table_gives_the_same_bytes_also_in_chunks_and_with_noise_below_the_digits(
    tmp_path,
):
    chunked = pa.concat_tables([table(0.3).slice(0, 1), table(0.3).slice(1)])
    noisy = table(0.1 + 0.2).replace_schema_metadata({"made": "today"})
    for name, each in [("a", table(0.3)), ("b", chunked), ("c", noisy)]:
        store.write_parquet(tmp_path / name, each)
    assert len({(tmp_path / name).read_bytes() for name in "abc"}) == 1


def test_a_nan_is_written_as_missing(tmp_path):
    store.write_parquet(tmp_path / "a", table(math.nan))
    assert pq.read_table(tmp_path / "a")["x"].null_count == 2
    assert store.read_parquet(tmp_path / "a")["n"].to_pylist() == [1, 2]


def test_a_file_that_is_not_there_says_which_stage_to_run(tmp_path):
    with pytest.raises(UserError, match="run the workflow first: trialtrace run"):
        store.read_parquet(tmp_path / "results.parquet")


@pytest.mark.parametrize("bytes_kept", [0, 40])
def test_a_broken_file_is_told(tmp_path, bytes_kept):
    path = tmp_path / "results.parquet"
    store.write_parquet(path, table(1.0))
    path.write_bytes(path.read_bytes()[:bytes_kept])
    with pytest.raises(UserError, match=r"not a whole Parquet file(.|\n)*delete it"):
        store.read_parquet(path)


def test_hashes_of_files_are_those_of_their_bytes(tmp_path):
    # The published test vector of SHA-256 for "abc" (FIPS 180-4).
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    (tmp_path / "abc").write_bytes(b"abc")
    assert store.sha256_file(tmp_path / "abc") == store.sha256_bytes(b"abc") == expected


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "results").write_text("a file in the way")
    with pytest.raises(UserError, match=r"a\.json\n  cannot be written: .*\n  to do"):
        store.write_text(tmp_path / "results" / "a.json", "{}")


def test_the_umask_holds_for_what_is_written(tmp_path):
    earlier = os.umask(0o077)
    try:
        store.write_text(tmp_path / "a.json", "{}")
    finally:
        os.umask(earlier)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600


def test_a_parquet_file_has_no_metadata_and_everyone_may_read_it(tmp_path):
    file = tmp_path / "folder" / "a"
    store.write_parquet(file, table(1.0).replace_schema_metadata({"made": "today"}))
    assert pq.ParquetFile(file).metadata.metadata is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


DECIMALS = st.decimals(-999, 999, places=2)


@given(st.lists(st.tuples(DECIMALS, DECIMALS), min_size=1))
def test_differences_are_those_of_the_decimals(pairs):
    first, second = (np.array([float(pair[at]) for pair in pairs]) for at in (0, 1))
    # Sums in another order leave the last bits of a float; they are no part of a decimal.
    second = (second * 3 - second) / 2
    expected = [float(a - b) for a, b in pairs]
    assert store.difference(first, second).tolist() == expected


def test_differences_keep_what_is_missing_or_infinite():
    found = store.difference([1.0, math.nan, math.inf, 0.0], [math.nan, 1.0, 1.0, 0.0])
    assert np.isnan(found[:2]).all() and found[2:].tolist() == [math.inf, 0.0]
