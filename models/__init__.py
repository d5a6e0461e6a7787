"""What was learned: features as files, models trained on them, and what they say of a flight. Imports geo alone."""
