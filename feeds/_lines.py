"""A stream in blocks of whole lines, so that a file of any size is read in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from feeds._given import Given

BLOCK_BYTES = 16 << 20
LONGEST_LINE = 1 << 20


def line_blocks(given: Given, block: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Blocks that end where a line ends. Raises FeedError, naming the line, where one is absurdly long."""
    rest, lines = b"", 0
    with given.open() as stream:
        while piece := stream.read(block):
            whole, newline, tail = (rest + piece).rpartition(b"\n")
            if len(tail) > LONGEST_LINE:
                raise given.error(f"a line longer than {LONGEST_LINE:,} bytes", line=lines + whole.count(b"\n") + 2)
            if newline:
                lines += whole.count(b"\n") + 1
                yield whole
            rest = tail
    if rest.strip():
        yield rest
