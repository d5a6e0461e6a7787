"""One file per anomaly class; the folder listing is the catalogue."""
