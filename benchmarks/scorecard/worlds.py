"""Worlds to judge: a recording with some of its tracks replaced by attacked ones, every row knowing what it is."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.scorecard.tracks import Attack, Attacked, Variant, clean_tracks
from geo.batch import Batch
from geo.schema import Array

VARIANTS = 20
"""Per attack, severities evenly spread (spec/published.md, set A)."""

SHARE = 4
"""At most one address in so many is a victim: an attacked world is still mostly ordinary traffic."""

BYSTANDER = -1


@dataclass(frozen=True)
class World:
    """Rows in time order. `mask`: made by an attacker; `variant`: whose track a row belongs to, BYSTANDER for the rest.

    `onset` (epoch ms) and `severity` are by variant number.
    """

    name: str
    rows: Batch
    mask: Array
    variant: Array
    onset: dict[int, int] = field(default_factory=dict)
    severity: dict[int, float] = field(default_factory=dict)

    @property
    def hours(self) -> float:
        """Flight hours: from each track's first row to its last, gaps above ten minutes left out."""
        return flight_hours(self.rows)


def flight_hours(rows: Batch) -> float:
    """Hours in the air or on the ground that the rows cover."""
    order = np.lexsort((rows["time"], rows["icao24"]))
    step = np.diff(rows["time"][order]) / 1000.0
    same = np.diff(rows["icao24"][order]) == 0
    return float(step[same & (step <= 600)].sum() / 3600)


def clean(name: str, rows: Batch) -> World:
    """A recording as it is."""
    rows = rows.take(np.argsort(rows["time"], kind="stable"))
    return World(name, rows, np.zeros(len(rows), dtype=bool), np.full(len(rows), BYSTANDER))


def attacked(name: str, attack: Attack, rows: Batch, count: int = VARIANTS, seed: int = 1) -> Iterator[World]:
    """`count` variants of one attack, spread over as many worlds as it takes to leave most aircraft alone."""
    tracks = one_per_address(clean_tracks(rows))
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    severities = np.linspace(attack.low, attack.high, count)
    each = max(1, min(count, len(tracks) // SHARE))
    for first in range(0, count, each):
        numbers = range(first, min(first + each, count))
        yield _world(
            name, dict.fromkeys(numbers, attack), rows, tracks, {n: float(severities[n]) for n in numbers}, rng
        )


def planted(
    attacks: Mapping[str, Attack], rows: Batch, count: int = VARIANTS, seed: int = 1
) -> Iterator[tuple[World, dict[int, str]]]:
    """`count` variants of each attack, side by side in as few worlds as leave most aircraft alone, and which attack
    each variant is of: where rows of victims and bystanders are compared, attacks need no worlds of their own."""
    tracks = one_per_address(clean_tracks(rows))
    rng = np.random.default_rng([seed, zlib.crc32(" ".join(attacks).encode())])
    wanted = [(name, k) for k in range(count) for name in attacks]
    each = max(1, len(tracks) // SHARE)
    for first in range(0, len(wanted), each):
        some = dict(list(enumerate(wanted))[first : first + each])
        made = {n: attacks[name] for n, (name, _) in some.items()}
        severity = {n: _severity(attacks[name], k, count) for n, (name, k) in some.items()}
        yield _world("planted", made, rows, tracks, severity, rng), {n: name for n, (name, _) in some.items()}


def _severity(attack: Attack, number: int, count: int) -> float:
    return float(np.linspace(attack.low, attack.high, count)[number])


def one_per_address(tracks: Sequence[Batch]) -> list[Batch]:
    """The longest track of each address, by address."""
    best: dict[int, Batch] = {}
    for track in tracks:
        address = int(track["icao24"][0])
        if address not in best or len(track) > len(best[address]):
            best[address] = track
    return [best[a] for a in sorted(best)]


def _world(
    name: str, attacks: Mapping[int, Attack], rows: Batch, tracks: Sequence[Batch], severity: dict[int, float],
    rng: np.random.Generator,
) -> World:  # fmt: skip
    """One world: distinct victims; donors that an attack takes out of the world are distinct too."""
    order = rng.permutation(len(tracks)).tolist()
    victims, donors = order[: len(severity)], order[len(severity) :]
    taken, made = set(), {}
    for number, victim in zip(severity, victims, strict=True):
        attack = attacks[number]
        made[number], donor = _made(attack, tracks, victim, donors, Variant(number, severity[number], rng))
        taken.add(int(tracks[victim]["icao24"][0]))
        if attack.takes_donor:
            taken.add(int(tracks[donor]["icao24"][0]))
            donors.remove(donor)
    rest = rows.take(np.flatnonzero(~np.isin(rows["icao24"], sorted(taken))))
    return _assembled(name, rest, made, severity)


def _made(
    attack: Attack, tracks: Sequence[Batch], victim: int, donors: Sequence[int], variant: Variant
) -> tuple[Attacked, int]:
    """The attack with the first donor that fits it, and which one that was."""
    for donor in variant.rng.permutation(donors).tolist():
        try:
            return attack.make(tracks[victim], tracks[donor], variant), donor
        except ValueError:
            continue
    raise ValueError("no other track fits: the recording is too small for this attack")


def _assembled(name: str, rest: Batch, made: dict[int, Attacked], severity: dict[int, float]) -> World:
    parts = [rest, *(a.rows for a in made.values())]
    rows = Batch.concat(parts)
    mask = np.concatenate([np.zeros(len(rest), dtype=bool), *(a.mask for a in made.values())])
    variant = np.repeat([BYSTANDER, *made], [len(p) for p in parts])
    order = np.argsort(rows["time"], kind="stable")
    onset = {n: a.onset for n, a in made.items()}
    return World(name, rows.take(order), mask[order], variant[order], onset, severity)
