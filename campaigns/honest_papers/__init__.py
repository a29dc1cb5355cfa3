"""Made-up trials whose papers are right: what an audit says of them is a false alarm.

Written from docs/audit.md, docs/configuration.md and docs/glossary.md alone; the numbers come from
simulated patients by numpy and scipy, nothing from the package that is measured.
"""
