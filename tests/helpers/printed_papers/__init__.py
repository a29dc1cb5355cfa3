"""Reports of made-up trials with known numbers, printed in several layouts."""
