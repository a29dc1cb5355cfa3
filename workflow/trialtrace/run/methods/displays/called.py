"""What the results of displays are called, which a plan tells without the data that give them."""

FLOW, BASELINE, ADVERSE_EVENTS = "flow", "baseline", "adverse_events"
COUNT, DESCRIPTIVE = "count", "descriptive"
# Of the flow: who has no reason and is not known to have completed.
UNKNOWN = "not recorded"
# Of the baseline: the populations of its tables, by the keys of the display.
OF_TABLES = ("population", "beside")
# No minimum or maximum: each is the value of one patient.
NUMBERS = ("mean", "sd", "median", "q1", "q3")
# Of adverse events: the levels of their terms, and of all together.
TERM, ANY = "term", "any"
