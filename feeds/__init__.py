"""Bytes in, Batches out: one file per source or format."""
