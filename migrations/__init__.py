"""The database schema, step by step, up and down; store/migrate.py runs it. No step per anomaly class."""
