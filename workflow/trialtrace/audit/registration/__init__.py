"""What was registered or planned of a trial, beside what is reported of it."""
