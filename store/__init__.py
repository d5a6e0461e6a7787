"""Tracks and anomalies in PostGIS."""
