"""The registry's older XML gives the ledger that the record's JSON gives."""

import json

import pytest
from mini_record import analysis, measure, record

from trialtrace.audit.registry.ledger import registry_ledger
from trialtrace.audit.registry.read import record_draft
from trialtrace.audit.registry.record import read_record
from trialtrace.base.errors import UserError

OLDER = """<clinical_study>
<id_info><nct_id>NCT00000000</nct_id></id_info><brief_title>A made-up trial</brief_title>
<start_date type="Actual">March 2019</start_date>
<completion_date type="Anticipated">March 2030</completion_date>
<study_design_info><allocation>Randomized</allocation></study_design_info>
<primary_outcome><measure>Pressure</measure><time_frame>12 weeks</time_frame></primary_outcome>
<secondary_outcome><measure>Pain</measure><time_frame>Before and after</time_frame>
</secondary_outcome>
<enrollment type="Anticipated">120</enrollment>
<arm_group><arm_group_label>Placebo</arm_group_label>
<arm_group_type>Placebo Comparator</arm_group_type></arm_group>
<study_first_submitted>February 1, 2019</study_first_submitted>
<clinical_results>
<participant_flow>{groups}<period_list><period><title>Overall</title><milestone_list>
{milestones}</milestone_list><drop_withdraw_reason_list><drop_withdraw_reason>
<title>Lost to Follow-up</title>{lost}</drop_withdraw_reason></drop_withdraw_reason_list>
</period></period_list></participant_flow>
<baseline>{groups}<measure_list>{sizes}<measure><title>Sex</title><units>Participants</units>
<param>Count of Participants</param><category_list>{sex}</category_list></measure></measure_list>
</baseline>
<outcome_list><outcome><type>Primary</type><title>Pressure</title><time_frame>Week 12</time_frame>
{groups}<measure_list>{sizes}<measure><title>Pressure</title><units>mmHg</units><param>Mean</param>
<dispersion>95% Confidence Interval</dispersion><category_list><category>
<sub_title></sub_title><measurement_list>
<measurement group_id="X0" value="62.1" lower_limit="60.0" upper_limit="64.2"/></measurement_list>
</category></category_list></measure></measure_list><analysis_list><analysis>
<group_id_list><group_id>X0</group_id><group_id>X1</group_id></group_id_list>
<non_inferiority_type>Superiority or Other</non_inferiority_type><p_value>&lt;0.001</p_value>
<method>ANCOVA</method><param_type>Mean Difference (Net)</param_type><param_value>2.1</param_value>
<ci_percent>95</ci_percent><ci_n_sides>2-Sided</ci_n_sides><ci_lower_limit>1.0</ci_lower_limit>
<ci_upper_limit>3.2</ci_upper_limit></analysis></analysis_list></outcome></outcome_list>
<reported_events><group_list><group group_id="X0"><title>Drug</title></group></group_list>
<serious_events>{events}</serious_events><other_events><frequency_threshold>5</frequency_threshold>
{others}</other_events></reported_events></clinical_results></clinical_study>"""


def older(**changed):
    """The made-up trial, in the registry's older XML."""

    def participants(*counts):
        cells = (f'<participants group_id="X{at}" count="{n}"/>' for at, n in enumerate(counts))
        return f"<participants_list>{''.join(cells)}</participants_list>"

    def category(title, *values):
        cells = (f'<measurement group_id="X{at}" value="{n}"/>' for at, n in enumerate(values))
        rows = f"<measurement_list>{''.join(cells)}</measurement_list>"
        return f"<category><sub_title>{title}</sub_title>{rows}</category>"

    def events(system, term, attributes):
        counts = f'<counts group_id="X0" {attributes} subjects_at_risk="60"/>'
        event = f"<event><sub_title>{term}</sub_title>{counts}</event>"
        return f"<category><title>{system}</title><event_list>{event}</event_list></category>"

    titles = ("Drug", "Placebo")
    groups = (f'<group group_id="X{at}"><title>{t}</title></group>' for at, t in enumerate(titles))
    milestones = {"STARTED": (60, 58), "Dosed": (61, 57), "COMPLETED": (55, 50)}
    serious = events("Total", "Total, serious adverse events", 'subjects_affected="4"')
    serious += events("Skin", "Rash", 'events="5" subjects_affected="3"')
    other = events("Total", "Total, other adverse events", 'subjects_affected="9"')
    return OLDER.format(
        groups=f"<group_list>{''.join(groups)}</group_list>",
        milestones="".join(
            f"<milestone><title>{name}</title>{participants(*counts)}</milestone>"
            for name, counts in (milestones | {"NOT COMPLETED": (5, 8)}).items()
        ),
        lost=participants(5, 8),
        sizes=f"<measure><title>Number of Participants</title><units>participants</units>"
        f"<param>Number</param><category_list>{category('', 60, 58)}</category_list></measure>",
        sex=category("Female", 30, 20) + category("Male", 30, 38),
        events=f"<category_list>{serious}</category_list>",
        others=f"<category_list>{other}</category_list>",
    )


def _of_json(given):
    return registry_ledger(read_record(json.dumps(given).encode(), "a.json"))


def test_the_older_xml_of_a_record_gives_the_same_ledger(tmp_path):
    analysed = analysis(
        *("Mean Difference (Net)", "2.1", "1.0", "3.2"),
        nonInferiorityType="SUPERIORITY_OR_OTHER",
        pValue="<0.001",
        statisticalMethod="ANCOVA",
    )
    cell = {"value": "62.1", "lowerLimit": "60.0", "upperLimit": "64.2"}
    of_json = _of_json(
        record(measure(cell, dispersion="95% Confidence Interval", analyses=[analysed]))
    )
    path = tmp_path / "NCT00000000.xml"
    path.write_text(older(), encoding="utf-8")
    of_xml = record_draft(path)
    for name in ("claims", "groups", "outcomes", "registered", "reported", "left"):
        assert getattr(of_xml, name) == getattr(of_json, name), name
    path.write_text(
        older().replace("<clinical_results>", "<no>").replace("</clinical_results>", "</no>")
    )
    assert [*record_draft(path).papers] == ["registration"]
    path.write_text(f'<!DOCTYPE a [<!ENTITY b "c">]>{older().replace("mmHg", "&b;")}')
    with pytest.raises(UserError):
        record_draft(path)
