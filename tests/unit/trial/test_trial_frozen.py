"""Frozen plans: what they record, what dates them, what changed since and how reports call it."""

import datetime
import json
import subprocess
from dataclasses import replace

import pytest
from blinded_runs import with_key
from mini_run import write_mini
from mini_trial import PLAN, REPOSITORY, edit

from trialtrace.base.errors import UserError
from trialtrace.base.purpose import Purpose
from trialtrace.base.store import sha256_file
from trialtrace.cli import main
from trialtrace.report.frozen_data import OTHERS, data_state
from trialtrace.run.jobs.data import data_digest
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.run import apart
from trialtrace.run.jobs.stages import ANALYSE, DERIVE
from trialtrace.run.trial import frozen_proof
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

NEW = """\
  pain_again:
    label: Pain again
    role: {role}
    estimand: pain_itt
    visits: all
    estimates: [{{mean_difference: welch}}]
multiplicity:
"""
AMENDMENTS = """\
amendments:
  - {{of: ["{of}"], date: "{date}", reason: A referee asked for it.}}
"""


def project(root):
    """The mini trial with the code of this checkout."""
    at = write_mini(root)
    for name in ("scripts", "requirements.lock", "workflow"):
        (root / name).symlink_to(REPOSITORY / name)
    return at


@pytest.fixture
def at(tmp_path):
    at = project(tmp_path)
    assert main(["--project", str(tmp_path), "freeze", "mini", "--by", "A. Writer"]) == 0
    return at


def day(at):
    """That of the freeze: the clock may pass midnight while a test runs."""
    record = json.loads((at.trial_config("mini") / "frozen/frozen.json").read_text())
    return record["frozen"][:10]


def states(at):
    trial = load_trial("mini", at)
    return {name: state for name, state in trial.frozen.states(trial.plan).items() if state}


def amend(at, of):
    path = at.trial_config("mini") / "amendments.yaml"
    path.write_text(AMENDMENTS.format(of=of, date=day(at)))


def check(at, capsys):
    status = main(["--project", str(at.root), "freeze", "mini", "--check"])
    return status, capsys.readouterr().out


def test_the_record_has_the_hash_of_every_file(at, capsys):
    folder = at.trial_config("mini") / "frozen"
    record = json.loads((folder / "frozen.json").read_text())
    for name, expected in record["files"].items():
        done = subprocess.run(
            ["sha256sum", at.trial_config("mini") / name],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split()[0] == expected
    assert record["by"] == "A. Writer" and record["results_by_arm"] is False
    # The data of a trial of one's own are restricted: without a key no hash of them is kept.
    assert record["data"] is None
    assert check_trial(at, "mini") == []
    status, out = check(at, capsys)
    assert status == 0 and "self-dated" in out and "Nothing of the plan has changed" in out


def test_a_plan_is_frozen_once(at, capsys):
    assert main(["--project", str(at.root), "freeze", "mini"]) == 1
    assert "frozen already" in capsys.readouterr().err


def test_a_new_analysis_is_post_hoc_wherever_its_label_is(at, capsys):
    edit(at, "plan.yaml", "multiplicity:\n", NEW.format(role="primary"))
    assert states(at) == {"pain_again": "post hoc"}
    trial = load_trial("mini", at)
    assert trial.plan.analyses["pain_again"].label == "Pain again (post hoc)"
    assert trial.plan.analyses["pain_each"].label == "Pain"
    assert [line for line in trial.frozen_warnings if "A primary analysis is not" in line]
    status, out = check(at, capsys)
    assert status == 1 and "NO REASON IS GIVEN" in out
    amend(at, "plan.yaml: analyses.pain_again")
    assert check_trial(at, "mini") == []
    status, out = check(at, capsys)
    assert status == 0 and f"{day(at)}: A referee asked for it." in out
    assert "plan.yaml: analyses.pain_again: new" in out


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        # Its own test, that of its family, and nobody else's.
        ("plan.yaml", "welch_t: {sides: two_sided}", "welch_t: {sides: less}", {"pain_each"}),
        # What an analysis inherits is asked of both.
        (
            "plan.yaml",
            "intercurrent: [{event: rescue drug, strategy: treatment policy}]",
            "intercurrent: []",
            {"relief_primary", "relief_by_smoker"},
        ),
        ("plan.yaml", "adjust: holm", "adjust: hochberg", {"relief_primary", "pain_each"}),
        ("plan.yaml", "decision_level: 0.05", "decision_level: 0.01", "all"),
        # Who is counted.
        ("trial.yaml", "where: {arm: present}", "where: {arm: present, smoker: present}", "all"),
        # For readers alone, and where the data lie.
        ("plan.yaml", "label: Pain\n", "label: Pain at visits\n", set()),
        ("trial.yaml", "title: A small trial", "title: Another title", set()),
        ("trial.yaml", "folder: data", "folder: data2", set()),
        ("trial.yaml", "question:", "funding: A fund\nquestion:", set()),
        ("dictionary.csv", "Pain before", "Pain at entry", set()),
        ("cleaning.yaml", "free text that nobody analyses", "a free text", set()),
        # What a column holds, of an outcome.
        ("dictionary.csv", "pain1,patients,,text", "pain1,patients,,notes", {"pain_each"}),
        # A sex is in none of these; smoking is a subgroup.
        ("trial.yaml", "sex: {column: sex,", "sex: {column: sexes,", set()),
        ("trial.yaml", "    smoker: smoker", "    smoker: smokes", {"relief_by_smoker"}),
        ("dictionary.csv", "smoker,patients,,yesno", "smoker,patients,,text", {"relief_by_smoker"}),
    ],
)
def test_what_is_asked_otherwise_is_amended(at, file, old, new, expected):
    every = set(load_trial("mini", at).plan.analyses)
    edit(at, file, old, new)
    assert states(at) == dict.fromkeys(every if expected == "all" else expected, "amended")
    assert load_trial("mini", at).frozen.later_changes(None)


def test_a_column_that_a_pattern_reads_amends_all_that_reads_its_table(at):
    """No file names pain1 then; of what may read it, nothing is left out."""
    trial = load_trial("mini", at)
    text = (at.trial_config("mini") / "endpoints.yaml").read_text()
    patterned = {"endpoints.yaml": text.replace("pain1", '"pain{visit}"').encode()}
    rows = trial.frozen.before["dictionary.csv"]
    changed = {"dictionary.csv": rows.replace(b"pain1,patients,,text", b"pain1,patients,,notes")}
    assert changed["dictionary.csv"] != rows and b"pain1" not in patterned["endpoints.yaml"]
    before = {**trial.frozen.before, **patterned}
    frozen = replace(trial.frozen, before=before, after={**before, **changed})
    assert set(frozen.states(trial.plan).values()) == {"amended"}


DOSE = """\
dose: {label: Dose, code: DOSE, kind: oral_morphine, table: patients, drug: sex, route: smoker,
  dose: pain1, conversion: mine, drugs: {"1": morphine, "2": codeine}, routes: {"0": oral},
  without_rows: missing}
"""
FACTORS = """\
drug,route,unit,factor,version,verified,source
morphine,oral,mg/day,1,2022,yes,a guideline
codeine,oral,mg/day,0.15,2022,yes,a guideline
"""
ESTIMAND = """\
  dose_itt: {treatment: {of: drug, to: placebo}, population: itt, variable: dose, intercurrent: [],
    summary: difference in means}
analyses:
  dose_each: {label: Dose, role: secondary, estimand: dose_itt, describe: [{summary: [mean]}]}
"""


@pytest.mark.parametrize("change", ["a cell", "a line", "the file"])
def test_a_table_of_the_project_is_frozen_with_the_plan_that_reads_it(tmp_path, capsys, change):
    at = project(tmp_path)
    table = at.config / "conversions" / "mine.csv"
    table.parent.mkdir()
    table.write_text(FACTORS)
    edit(at, "endpoints.yaml", "death:\n", f"{DOSE}death:\n")
    edit(at, "plan.yaml", "analyses:\n", ESTIMAND)
    assert check_trial(at, "mini") == []
    assert main(["--project", str(at.root), "freeze", "mini"]) == 0
    assert "--by NAME would have said it" in capsys.readouterr().out
    assert check(at, capsys)[0] == 0
    record = json.loads((at.trial_config("mini") / "frozen" / "frozen.json").read_text())
    assert record["files"][f"conversions/{table.name}"] == sha256_file(table)
    if change == "a cell":
        table.write_text(FACTORS.replace("0.15", "0.2"))
    elif change == "a line":
        table.write_text(FACTORS.partition("codeine")[0])
    else:
        table.unlink()
    status, out = check(at, capsys)
    assert status == 1 and f"conversions/{table.name}" in out and "NO REASON IS GIVEN" in out
    assert set(states(at)) == {"dose_each"}
    amend(at, f"conversions/{table.name}")
    assert check(at, capsys)[0] == 0


def test_labels_of_arms_that_are_exchanged_amend_everything(at):
    edit(at, "trial.yaml", "label: Drug", "label: none")
    edit(at, "trial.yaml", "label: Placebo", "label: Drug")
    edit(at, "trial.yaml", "label: none", "label: Placebo")
    trial = load_trial("mini", at)
    assert states(at) == dict.fromkeys(trial.plan.analyses, "amended")
    red = " ".join(trial.frozen_warnings)
    assert "Labels were exchanged" in red and "design.arms.drug.label" in red


def test_a_primary_analysis_that_is_promoted_or_gone_is_a_red_line(at):
    edit(at, "plan.yaml", "role: primary", "role: exploratory")
    edit(
        at,
        "plan.yaml",
        "role: secondary\n    estimand: pain_itt",
        "role: primary\n    estimand: pain_itt",
    )
    red = " ".join(load_trial("mini", at).frozen_warnings)
    assert "not primary in the frozen plan: Pain" in red
    assert "primary analysis of the frozen plan is none any more: Relief" in red


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_data_that_changed_since_have_a_reason_or_are_a_red_line(tmp_path, capsys, disclosure):
    at = project(tmp_path)
    with_key(at)
    edit(at, "config.yaml", "by_source", disclosure)
    freeze = ["--project", str(tmp_path), "freeze", "mini", "--by", "A. Writer"]
    assert main(freeze) == 0 and check(at, capsys)[0] == 0
    assert data_state(load_trial("mini", at)) == ("", False)
    export = tmp_path / "data" / "export.csv"
    export.write_text(export.read_text().replace("\n", " \n", 1))
    data_digest.cache_clear()
    assert data_state(load_trial("mini", at)) == (f"{OTHERS}.", True)
    status, out = check(at, capsys)
    assert status == 1 and OTHERS in out and "No data" not in out
    amend(at, "data")
    status, out = check(at, capsys)
    assert status == 0 and f"{OTHERS} ({day(at)}: A referee asked for it.)" in out
    edit(at, "config.yaml", "hash_key", "# hash_key")
    told, others = data_state(load_trial("mini", at))
    # Without the key nothing can be said of what was hashed by it.
    assert (OTHERS in told) == (disclosure == "full") and not others
    assert disclosure == "full" or "by another hash_key than config.yaml names" in told


def test_a_decision_that_is_new_amends_what_it_touches_alone(at):
    """Who leaves the adults is in no analysis of theirs, and no endpoint is a deviation."""
    (at.trial_config("mini") / "review.yaml").write_text(
        f'decisions:\n  kit:\n    by: A\n    date: "{day(at)}"\n    table: patients\n'
        '    rows: [{id: "1"}]\n    leaves: [adults]\n    seen: "a662a55cc0c8"\n'
        "    deviation: {severity: major, label: Wrong kit}\n    reason: Another kit.\n"
    )
    assert states(at) == {}
    edit(at, "review.yaml", "[adults]", "[itt]")
    assert set(states(at)) == set(load_trial("mini", at).plan.analyses)


def test_a_plan_is_not_frozen_or_checked_in_a_folder_of_other_runs(at, capsys):
    there = apart(at, at.root / "blinded", Purpose("blinded"))
    assert main(["--project", str(there.made), "freeze", "mini", "--check"]) == 1
    assert "a folder of runs for: blinded" in capsys.readouterr().err


def test_where_the_data_lie_is_not_shown(at, capsys):
    edit(at, "trial.yaml", "folder: data", "folder: secret_clinic")
    _, out = check(at, capsys)
    assert "secret_clinic" not in out and "source.folder: another, which is not shown" in out
    edit(at, "trial.yaml", "  folder: secret_clinic\n", "")
    assert "source.folder: no longer there" in check(at, capsys)[1]


def test_an_endpoint_that_changed_amends_what_is_asked_of_it(at):
    edit(at, "endpoints.yaml", "relief:\n  label: ", "relief:\n  unit: yes or no\n  label: ")
    assert set(states(at)) == {"relief_primary", "relief_by_smoker"}


def test_an_amendment_of_nothing_is_a_mistake(at):
    amend(at, "plan.yaml: analyses.pain_each")
    assert "nothing changed" in str(check_trial(at, "mini")[0])
    edit(at, "plan.yaml", "adjust: holm", "adjust: hochberg")
    problem = check_trial(at, "mini")[0]
    assert problem.place.endswith("amendments.yaml:2:11: amendments[1].of[1]")
    assert problem.expected == "plan.yaml: multiplicity.both.adjust"


def test_a_copy_that_is_altered_stops_what_reads_the_plan(at):
    path = at.trial_config("mini") / "frozen" / "plan.yaml"
    path.write_text(PLAN.replace("holm", "hochberg"))
    with pytest.raises(UserError, match="is not the file that was frozen"):
        _ = load_trial("mini", at).plan
    assert "is not the file that was frozen" in str(check_trial(at, "mini")[0])


def test_freezing_reruns_what_reads_the_plan_alone(tmp_path):
    at = project(tmp_path)
    read = [
        {path.name for path in freshness(at).config_files(rule, "mini")}
        for rule in (DERIVE, ANALYSE)
    ]
    assert main(["--project", str(tmp_path), "freeze", "mini"]) == 0
    now = [
        {path.name for path in freshness(at).config_files(rule, "mini")}
        for rule in (DERIVE, ANALYSE)
    ]
    assert now[0] == read[0] and now[1] - read[1] == {"frozen.json", *now[1] - read[1]}
    assert "frozen.json" in now[1]


@pytest.mark.parametrize(
    "there",
    [
        "results/mini/analysis/results.parquet",
        "archive/mini/runs/0.json.z",
        "dmc/mini/2020-06-30/closed/results/mini/analysis/results.parquet",
        "dmc/mini/archive-closed/mini/runs/0.json.z",
        "dmc/mini/2020-06-30/open/results/mini/analysis/results.parquet",
    ],
)
def test_results_by_arm_that_were_there_are_told(tmp_path, capsys, there):
    """Of a run, a kept one whose results are gone, a closed report; an open one has no arms."""
    at, by_arm = write_mini(tmp_path), "/open/" not in there
    (tmp_path / there).parent.mkdir(parents=True)
    (tmp_path / there).write_bytes(b"")
    assert main(["--project", str(tmp_path), "freeze", "mini"]) == 0
    out = capsys.readouterr().out
    assert ("Results by arm were there" in out) == by_arm
    assert ("of runs into other folders (--results) nothing is known" in out) != by_arm
    assert (
        load_trial("mini", at).frozen_warnings
        == ["The plan was frozen when results by arm were there."] * by_arm
    )


def test_a_receipt_must_name_the_hash(at, capsys, tmp_path):
    record = at.trial_config("mini") / "frozen" / "frozen.json"
    receipt = tmp_path / "receipt.txt"
    attach = ["--project", str(at.root), "freeze", "mini", "--receipt", str(receipt)]
    receipt.write_text("Registered on 2026-11-20.")
    assert main([*attach, "--from", "Registry"]) == 1
    assert "does not name the hash" in capsys.readouterr().err
    receipt.write_text(f"Registered on 2026-11-20: SHA-256 {sha256_file(record).upper()}")
    for name in ("", "../Registry"):
        assert main([*attach, "--from", name]) == 1
    assert main([*attach, "--from", "Registry"]) == 0
    assert "its hash is named in a receipt of Registry" in capsys.readouterr().out
    kept = record.parent / "receipt of Registry.txt"
    kept.write_text("Registered.")
    status, out = check(at, capsys)
    assert status == 1 and "does not name the hash" in out and "(self-dated)" in out
    assert any("does not name the hash" in line for line in load_trial("mini", at).frozen_warnings)


@pytest.mark.parametrize(
    ("date", "right"), [("2026-02-30", 0), ("2001-01-01", 0), ("2099-02-28", 0), ("", 1)]
)
def test_an_amendment_has_a_day_after_the_plan_and_not_to_come(at, date, right, capsys):
    edit(at, "plan.yaml", "adjust: holm", "adjust: hochberg")
    amend(at, "plan.yaml: multiplicity")
    edit(at, "amendments.yaml", day(at), date or day(at))
    assert (check_trial(at, "mini") == []) == right
    status, out = check(at, capsys)
    assert (status == 0, "amendments[1].date" not in out) == (right, right)


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=True)


@pytest.fixture
def authority(tmp_path):
    """A certificate authority and a time-stamping one of its own, as a folder."""
    folder = tmp_path / "authority"
    folder.mkdir()
    config = folder / "config"
    config.write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n"
        "[stamps]\nbasicConstraints=CA:false\nextendedKeyUsage=critical,timeStamping\n"
        f"[tsa]\nserial={folder}/serial\nsigner_cert={folder}/tsa.crt\nsigner_key={folder}/tsa.key\n"
        "signer_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\nordering=no\n"
        "tsa_name=no\ness_cert_id_chain=no\n"
    )
    (folder / "serial").write_text("01\n")
    key = ("-newkey", "rsa:2048", "-nodes", "-config", config)
    for name, subject in (("ca", "Example CA"), ("other", "Another CA")):
        files = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt")
        openssl("req", "-x509", *key, *files, "-subj", f"/CN={subject}", "-days", 3650)
    files = ("-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
    openssl("req", *key, *files, "-subj", "/CN=Example TSA")
    signed = ("-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial")
    extended = ("-extfile", config, "-extensions", "stamps", "-days", 3650)
    files = ("-in", folder / "tsa.csr", "-out", folder / "tsa.crt")
    openssl("x509", "-req", *files, *signed, *extended)
    return folder


def stamp(folder, path):
    """A token of a file."""
    openssl("ts", "-query", "-data", path, "-sha256", "-cert", "-out", folder / "query")
    of = ("-config", folder / "config", "-section", "tsa")
    openssl("ts", "-reply", *of, "-queryfile", folder / "query", "-out", folder / "token")
    return folder / "token"


@pytest.mark.openssl
def test_a_time_stamp_is_checked_and_dates_the_plan(at, authority, capsys):
    record = at.trial_config("mini") / "frozen" / "frozen.json"
    token = stamp(authority, record)
    attach = ["--project", str(at.root), "freeze", "mini", "--token", str(token)]
    assert main(attach) == 1
    assert "--ca" in capsys.readouterr().err
    assert main([*attach, "--ca", str(authority / "other.crt")]) == 1
    assert "do not vouch for" in capsys.readouterr().err
    ca = ["--ca", str(authority / "ca.crt")]
    assert main([*attach, *ca]) == 0
    assert "time stamp, vouched for by Example CA" in capsys.readouterr().out
    assert check(at, capsys)[0] == 0
    # What is there stays: the first counts.
    assert main([*attach[:-1], str(stamp(authority, record)), *ca]) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.openssl
def test_a_token_that_does_not_hold_dates_nothing_and_is_a_red_line(at, authority, capsys):
    record = at.trial_config("mini") / "frozen" / "frozen.json"
    ca = ["--ca", str(authority / "ca.crt")]
    token = str(stamp(authority, record))
    assert main(["--project", str(at.root), "freeze", "mini", "--token", token, *ca]) == 0
    (record.parent / "authority.pem").write_bytes((authority / "other.crt").read_bytes())
    frozen = load_trial("mini", at).frozen
    assert frozen.proof is None and "self-dated" in frozen.dated
    assert "do not vouch for" in " ".join(load_trial("mini", at).frozen_warnings)
    assert check(at, capsys)[0] == 1


@pytest.mark.openssl
def test_a_stamp_outlives_the_certificates_of_its_authority(at, authority, monkeypatch):
    """It is verified at the time that it states: in twenty years no certificate holds."""
    record = at.trial_config("mini") / "frozen" / "frozen.json"
    token, calls = stamp(authority, record), []
    ask = frozen_proof._openssl
    monkeypatch.setattr(
        frozen_proof, "_openssl", lambda of, *words: calls.append(words) or ask(of, *words)
    )
    stated = frozen_proof.stamped(record, token, authority / "ca.crt").time
    verify = next(words for words in calls if "-verify" in words)
    then = datetime.datetime.fromtimestamp(int(verify[verify.index("-attime") + 1]), datetime.UTC)
    assert then.isoformat().replace("+00:00", "Z") == stated
    trusted = authority / "ca.crt"
    files = ["-data", record, "-in", token, "-CAfile", trusted, "-untrusted", trusted]
    later = int((then + datetime.timedelta(days=20 * 365)).timestamp())
    openssl("ts", "-verify", *files, "-attime", int(then.timestamp()))
    with pytest.raises(subprocess.CalledProcessError):
        openssl("ts", "-verify", *files, "-attime", later)


@pytest.mark.openssl
def test_a_token_of_another_file_or_none_is_refused(at, authority, capsys, tmp_path):
    other = tmp_path / "other"
    other.write_text("another plan")
    ca = ["--ca", str(authority / "ca.crt")]
    command = ["--project", str(at.root), "freeze", "mini", "--token"]
    assert main([*command, str(stamp(authority, other)), *ca]) == 1
    assert "a time stamp of another file" in capsys.readouterr().err
    assert main([*command, str(other), *ca]) == 1
    assert "nothing that openssl reads" in capsys.readouterr().err


PINNED = f'path: export.csv, sha256: "{"a" * 64}",'


def test_a_hash_of_a_file_that_comes_is_no_change(at, capsys):
    edit(at, "trial.yaml", "path: export.csv,", PINNED)
    assert "sha256:" not in check(at, capsys)[1]


@pytest.mark.parametrize("hashed", [True, False])
def test_a_hash_of_a_file_that_goes_is_a_change_where_it_was_the_only_one(tmp_path, capsys, hashed):
    """A blinded run of own files asks to take it out; without a key the record has none of data."""
    at = project(tmp_path)
    edit(at, "trial.yaml", "path: export.csv,", PINNED)
    if hashed:
        with_key(at)
    assert main(["--project", str(at.root), "freeze", "mini", "--by", "A. Writer"]) == 0
    record = json.loads((at.trial_config("mini") / "frozen/frozen.json").read_text())
    assert (record["data"] is not None) == hashed
    edit(at, "trial.yaml", PINNED, "path: export.csv,")
    assert ("sha256: no longer there" in check(at, capsys)[1]) != hashed
