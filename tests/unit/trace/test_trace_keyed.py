"""Row hashes under restricted disclosure: with a key from outside the project, or none."""

import hashlib
import hmac
import json

import pytest
from mini_trial import settings_of

from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_file
from trialtrace.report.pages.trace_page import Around, numbers_page
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.seal import RowHashes
from trialtrace.run.trace.text import trace_text
from trialtrace.run.trial.check import check_all
from trialtrace.run.trial.hash_key import key_in_use, read_hash_key
from trialtrace.run.trial.load import load_settings

SHARE = "mini/relief_primary/proportion.wilson@drug"


def key_file(folder, data=b"k" * 32, mode=0o600):
    folder.mkdir(exist_ok=True)
    path = folder / "key"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def settings(key=None, disclosure="by_source"):
    return settings_of("mini", disclosure, None if key is None else str(key))


def tracer(mini, key=None):
    return Tracer(mini.trial, mini.folder, "restricted", RowHashes(mini.trial, settings(key)))


def hashes(trace):
    return {row["role"]: row["hmac_sha256"] for row in trace["rows"]}


def test_an_auditor_with_the_key_computes_the_same(mini, tmp_path):
    found = hashes(tracer(mini, key_file(tmp_path)).trace(SHARE))
    rows = json.dumps(
        {
            "AVAL": {"is": 1},
            "ITTFL": {"is": "Y"},
            "PARAMCD": {"is": "RELIEF"},
            "TRTP": {"is": "drug"},
        },
        sort_keys=True,
    )
    members = Tracer(mini.trial, mini.folder, "restricted").members[SHARE]
    stored = {row["role"]: row["predicate"] for row in members}
    assert json.loads(stored["numerator"]) == json.loads(rows)
    bds = Tracer(mini.trial, mini.folder, "full").frames.select("bds", json.loads(rows))
    text = "\n".join(["bds", stored["numerator"], *bds.ids])
    assert bds.ids[0].startswith("mini-")
    assert found["numerator"] == hmac.new(b"k" * 32, text.encode(), hashlib.sha256).hexdigest()


def test_another_key_gives_other_hashes_and_the_same_key_the_same(mini, tmp_path):
    key = key_file(tmp_path / "a")
    first = hashes(tracer(mini, key).trace(SHARE))
    assert first == hashes(tracer(mini, key).trace(SHARE))
    other = hashes(tracer(mini, key_file(tmp_path / "b", b"l" * 32)).trace(SHARE))
    assert not set(first.values()) & set(other.values())


def test_no_number_shows_that_it_rests_on_the_patient_of_another(mini, tmp_path):
    """Everybody by one condition, everybody by another: the same rows, other hashes."""
    made = RowHashes(mini.trial, settings(key_file(tmp_path)))
    frames = tracer(mini).frames
    one = frames.select("adsl", {"ITTFL": {"is": "Y"}})
    two = frames.select("adsl", {"TRT01P": "present"})
    assert one.ids == two.ids
    assert made.of(one) != made.of(two)


def test_no_plain_hash_is_shown_with_a_key_or_without(mini, tmp_path):
    plain = {row["sha256"][:4] for rows in tracer(mini).members.values() for row in rows}
    for key in (None, key_file(tmp_path)):
        made = tracer(mini, key)
        trace = made.trace(SHARE)
        assert "sha256" not in trace["rows"][0]
        rows = [line for line in trace_text(trace, colour=False).splitlines() if "records" in line]
        page = numbers_page("Relief", [trace], Around(mini.trial))
        assert not any(start in line for start in plain for line in rows)
        told = [("no row hash: no key" in text) for text in (*rows, page)]
        assert told == [key is None] * len(told)


def test_the_hash_of_a_file_has_the_key_too(mini, tmp_path):
    """A table of one patient is found by trying as an identifier is."""
    plain = sha256_file(mini.at.root / "data" / "export.csv")
    key = key_file(tmp_path)
    wanted = hmac.new(b"k" * 32, f"file\n{plain}".encode(), hashlib.sha256).hexdigest()
    for given, digest in ((None, None), (key, wanted)):
        trace = tracer(mini, given).trace(SHARE)
        parts = [part for row in trace["rows"] for part in row["raw"]]
        assert {part["hmac_sha256"] for part in parts} == {digest}
        told = trace_text(trace, colour=False) + numbers_page("Relief", [trace], Around(mini.trial))
        assert plain[:4] not in told
        assert digest is None or digest[:16] in told


def test_full_disclosure_keeps_the_plain_hash_and_needs_no_key(mini):
    made = Tracer(mini.trial, mini.folder, "full", RowHashes(mini.trial, settings("/not/there")))
    (row, *_) = made.trace(SHARE)["rows"]
    assert len(row["sha256"]) == 64
    assert key_in_use(mini.trial, settings("/not/there", "full")) is None


def refused(at, given):
    with pytest.raises(UserError) as error:
        read_hash_key(at, str(given))
    return str(error.value)


def test_what_is_no_key_is_refused_with_what_to_do(mini, tmp_path):
    at = mini.at
    assert "bytes" in refused(at, key_file(tmp_path / "short", b"k" * 31))
    assert "has 4097 bytes" in refused(at, key_file(tmp_path / "long", b"k" * 4097))
    open_to_all = key_file(tmp_path / "open", mode=0o640)
    assert f"chmod 600 {open_to_all}" in refused(at, open_to_all)
    inside = key_file(at.root / "secret")
    assert "inside the project" in refused(at, inside)
    link = tmp_path / "link"
    link.symlink_to(inside)
    assert "inside the project" in refused(at, link)
    assert "is no absolute path" in refused(at, "config/key")
    for nothing in (tmp_path / "none", tmp_path, "/dev/urandom"):
        told = refused(at, nothing)
        assert "is no file that is there" in told
        assert "head -c 32 /dev/urandom > " in told
        assert "chmod 600" in told
    assert "config/config.yaml: hash_key" in told


def test_a_bad_key_is_told_at_the_start_and_a_good_one_is_an_input(tmp_path):
    from mini_run import write_mini
    from mini_trial import REPOSITORY

    at = write_mini(tmp_path / "project")
    for name in ("scripts", "requirements.lock", "workflow"):
        (at.root / name).symlink_to(REPOSITORY / name)
    config = at.config / "config.yaml"
    key = key_file(tmp_path / "outside")
    config.write_text(config.read_text() + f"hash_key: {key}\n")
    assert load_settings(at).hash_key == str(key)
    assert not check_all(None, at)
    before = freshness(at).all_jobs()
    key.write_bytes(b"l" * 32)
    after = freshness(at).all_jobs()
    assert {job for job in before if before[job] != after[job]} == {("render_report", "mini")}
    key.chmod(0o604)
    (problem,) = check_all(None, at)
    assert "can be used by others" in str(problem)
