"""Simulation: trials drawn under stated truths and analysed by the plan; what analyses do."""
