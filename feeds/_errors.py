"""The one error of this package: a source that cannot be read, with where, why and what to do."""

from __future__ import annotations


class FeedError(ValueError):
    """A source that cannot be read at all. A single bad record is counted instead."""

    def __init__(
        self, reason: str, *, source: str = "", line: int | None = None, byte: int | None = None, hint: str = ""
    ) -> None:
        at = f", line {line}" if line is not None else f", byte {byte}" if byte is not None else ""
        where = f"{source}{at}: " if source else ""
        super().__init__(f"{where}{reason}{f'. {hint}' if hint else ''}")
        self.reason, self.source, self.line, self.byte, self.hint = reason, source, line, byte, hint
