"""Instruments: questionnaires and examinations with the rules by which they are scored."""
