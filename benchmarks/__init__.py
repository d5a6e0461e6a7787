"""Every claim of speed, measured. `skysift bench` runs these; nothing here is a test."""
