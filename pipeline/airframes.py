"""Who is flying: what a flight last said of itself, and what is stored about its airframe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from geo.aircraft import AircraftTable
from geo.batch import Batch
from geo.memory import Keep, Memory, Slot
from geo.schema import Array
from geo.watch import WatchList
from pipeline.subscriptions import Who

SAID = Keep({"callsign": Slot("S8", b""), "category": Slot("S2", b""), "type_code": Slot("S4", b"")}, ttl_s=3_600)


@dataclass
class Airframes:
    """`known` is the aircraft database and `listed` the watch list, where there are any."""

    known: AircraftTable = field(default_factory=AircraftTable.empty)
    listed: WatchList = field(default_factory=lambda: WatchList.of([]))
    said: Memory = field(default_factory=lambda: Memory(SAID))

    def note(self, rows: Batch) -> None:
        """Keep what flights said of themselves last; rows in order of time within each flight."""
        order = np.argsort(rows["flight"], kind="stable")
        flight = rows["flight"][order]
        last = np.ones(len(flight), dtype=bool)
        last[:-1] = flight[1:] != flight[:-1]
        self.said.put(flight[last], rows["time"][order[last]])
        at = self.said.find(flight)
        for name in SAID.columns:
            said = rows[name][order]
            new = np.flatnonzero((said != b"") & (said != self.said.columns[name][at]))
            if len(new):
                self._say(name, flight, said)

    def _say(self, name: str, flight: Array, said: Array) -> None:
        """Keep the last of what each flight said; `flight` in ascending order."""
        some = np.flatnonzero(said != b"")
        last = some[np.flatnonzero(np.diff(flight[some], append=-1) != 0)]
        self.said.columns[name][self.said.find(flight[last])] = said[last]

    def flying(self, flight: int, icao24: int) -> Who:
        """Who a flight is."""
        said = {n: values[0].decode("ascii", "replace") for n, values in self.said.get(np.array([flight])).items()}
        return self.of(icao24, said["callsign"], said)

    def of(self, icao24: int, callsign: str, said: Mapping[str, str] | None = None) -> Who:
        """Who an address is; what the flight says of itself comes before what is stored."""
        address, said = np.array([icao24]), said or {}
        stored = self.known.lookup(address)
        operator = stored.operator[0].decode("utf-8", "replace")
        return Who(
            icao24, callsign, said.get("type_code") or stored.type_code[0].decode(), said.get("category", ""), operator,
            int(stored.flags[0]), bool(self.listed.find(address)[0] >= 0),
        )  # fmt: skip

    def forget(self, now: int) -> None:
        self.said.forget(now)
