"""Bytes in, Batches out: one file per source or format."""

from feeds._errors import FeedError
from feeds._feed import Feed, told_apart
from feeds._order import merged
from feeds._registry import Format, formats, open_feed, open_source
from feeds._source import Source

__all__ = ["Feed", "FeedError", "Format", "Source", "formats", "merged", "open_feed", "open_source", "told_apart"]
