"""Figures of a report, drawn from results and derived data; each is written as SVG and PNG."""
