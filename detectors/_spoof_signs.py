"""What tells false satellite positions from missing ones: positions that leap, freeze, gather or contradict themselves."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detectors._jamming import _medians
from geo.interference import GOOD, OLD_S, grade
from geo.schema import NO_TIME, Array, of_sources
from geo.sphere import EARTH_RADIUS_M, FOOT_M, KNOT_M_S, bearing_deg, distance_m, unit_vectors
from geo.tracks import Mask, Tracks
from geo.trees import kd_tree

LEAP, THAW, UNLIKE, ASKEW, DRAWN, NO_SIL = (1 << k for k in range(6))

WORDS = {
    DRAWN: "gathered at one point with others",
    LEAP: "a leap that no aircraft can fly",
    THAW: "a position that froze and then jumped",
    UNLIKE: "movement that does not fit its speed",
    ASKEW: "a geometric height that does not fit its pressure altitude",
    NO_SIL: "no source integrity (SIL 0)",
}

LIMITS = SimpleNamespace(jump=500.0, frozen=60.0, drawn=5.0, within=3.0, ratio=1.6, split=600.0, sil=0.6)
"""Thresholds where the user sets none; the parameters of gps-spoofing say where they come from."""

OWN = of_sources("unknown", "adsb_icao")

FAST_KT = 150.0
LOWEST_FT = 3_000.0
"""Below, positions are multipath, ground vehicles and helicopters at work."""

STEP_S = (10.0, 90.0)
"""Steps between positions that can be judged: shorter ones are all jitter, longer ones may turn."""

WINDOW_S = 150
LEAST_STEPS = 3
OFF_DEG = 90.0
HIGH_FT = 24_500.0
"""Above FL245 only certified transponders fly, which have a SIL."""

HIGHEST_FT = 50_000.0
"""Above, where balloons are, the two heights part by themselves."""

LEVEL_FT_MIN = 500.0
SPAN_S, SAMPLES = 270, 8
"""So many rows of half a minute stand for far more than the 25 messages of definitions 5.3."""

LONGEST_S = 240.0
"""A position that comes after more than this is a new one."""

SLOT_MS = 30_000


@dataclass(frozen=True)
class Signs:
    """(n,) Per row: signs of false positions (bits), and whether satellite navigation is poor or lost there."""

    bits: Array
    poor: Mask


def verdict(false: int, total: int) -> str:
    """What disturbs `total` aircraft of which so many have false positions: one of them may be its own fault."""
    if (false < 2 and total > 2) or not false:
        return "jam"
    return "spoof" if false > 0.8 * total else "mixed"


def signs_of(tracks: Tracks, p: SimpleNamespace) -> Signs:
    """The signs of every row, each by its flight's rows before it (or, for the gathered, by the same instant)."""
    own = OWN[tracks.source] & (tracks.on_ground != 1) & (tracks.baro_altitude >= LOWEST_FT)
    step = _Steps(tracks, np.ones(len(tracks), dtype=bool))
    bits = LEAP * (own & (_leaps(tracks, step, p) | _moved_on(tracks)))
    bits |= THAW * (own & _thaws(tracks, step, p))
    slow, unlike = _against_speed(tracks, step, p)
    bits |= UNLIKE * (own & unlike)
    bits |= ASKEW * (own & _askew(tracks, p)) | NO_SIL * (own & _without_sil(tracks, p))
    bits |= DRAWN * _drawn(tracks, own & ((slow & unlike) | ((bits & (LEAP | THAW)) > 0)), p)
    return Signs(bits, own & (grade(tracks.columns) > GOOD))


def suspicious(tracks: Tracks, p: SimpleNamespace) -> bool:
    """Whether any fresh row may have a sign, seen by itself: most of the time none has, and nothing more is computed."""
    step = _Steps(tracks, tracks.fresh)
    some = step.good & (step.uneven(tracks, p) | (step.metres > 2_000.0 + p.jump * np.nan_to_num(step.seconds)))
    some |= step.good & (step.metres > 5_000.0) & (step.rest > p.frozen)
    some |= (tracks.rival_time != NO_TIME) & tracks.fresh
    some |= _parted(tracks, p) & tracks.fresh
    sil = tracks.columns.get("sil")
    if sil is not None:
        some |= (sil == 0) & (tracks.version == 2) & tracks.fresh
    return bool(some.any())


class _Steps:
    """The step to each of the rows asked for, from the newest row before it that has another position."""

    def __init__(self, tracks: Tracks, wanted: Mask) -> None:
        before = np.maximum(np.arange(len(tracks)) - 1, 0)
        self.same = ~tracks.first & (tracks.lat == tracks.lat[before]) & (tracks.lon == tracks.lon[before])
        new = tracks.located & ~self.same
        self.origin = tracks.last_where(new)
        stamp = tracks.columns.get("position_time", tracks.time)
        stamp = np.where((stamp == NO_TIME) | (stamp > tracks.time), tracks.time, stamp)
        self.seconds = np.where(self.origin >= 0, (stamp - stamp[self.origin]) / 1000.0, np.nan)
        self.rest = np.where(self.origin >= 0, (tracks.time - tracks.time[self.origin]) / 1000.0, 0.0)
        self.good = wanted & new & (self.origin >= 0) & (tracks.time - stamp <= OLD_S * 1000)
        self.good &= (self.rest <= LONGEST_S) & (self.seconds > 0)
        self.good &= (tracks.time[self.origin] - stamp[self.origin]) <= OLD_S * 1000
        rows = np.flatnonzero(self.good)
        at = self.origin[rows]
        self.metres, self.course = np.zeros(len(tracks)), np.zeros(len(tracks))
        self.metres[rows] = distance_m(tracks.lat[at], tracks.lon[at], tracks.lat[rows], tracks.lon[rows])
        self.course[rows] = bearing_deg(tracks.lat[at], tracks.lon[at], tracks.lat[rows], tracks.lon[rows])
        speed = np.fmax(tracks.ground_speed[self.origin], tracks.ground_speed).astype(np.float64)
        self.said = np.nan_to_num(speed) * KNOT_M_S * np.nan_to_num(self.seconds)

    def uneven(self, tracks: Tracks, p: SimpleNamespace) -> Mask:
        """Steps of fast aircraft, far too short or too long for their speed."""
        usable = self.good & (self.seconds >= STEP_S[0]) & (self.seconds <= STEP_S[1])
        usable &= tracks.ground_speed >= FAST_KT
        out: Mask = usable & ((self.metres * p.ratio < self.said) | (self.metres > p.ratio * self.said))
        return out


def _leaps(tracks: Tracks, step: _Steps, p: SimpleNamespace) -> Mask:
    """Steps between current positions that would need more than `jump` m/s, and go far."""
    out: Mask = step.good & (step.metres > 2_000.0 + p.jump * np.maximum(step.seconds, 1.0))
    return out


def _moved_on(tracks: Tracks) -> Mask:
    """Rows of a stream that took over where the other one under its address fell silent, out of its reach."""
    begun = tracks.time[tracks.start]
    told = tracks.rival_time != NO_TIME
    silent = np.where(told, tracks.time - np.where(told, tracks.rival_time, 0), 0)
    early = told & (np.where(told, tracks.rival_time, 0) <= begun + 5_000)
    seen = tracks.window_sum(tracks.located.astype(np.int64), 120)
    out: Mask = early & (tracks.prev_time[tracks.start] == NO_TIME) & (silent >= 60_000) & (silent <= 240_000)
    return out & (seen >= 3) & (tracks.ground_speed >= FAST_KT)


def _thaws(tracks: Tracks, step: _Steps, p: SimpleNamespace) -> Mask:
    """Rows where a position, frozen for a while in flight, jumps to where its speed could not have brought it."""
    frozen = step.same & (tracks.ground_speed >= FAST_KT)
    before = np.maximum(np.arange(len(tracks)) - 1, 0)
    thawed = step.good & frozen[before] & ~tracks.first & (step.rest >= p.frozen)
    far = step.metres > 1.5 * step.said + 5_000.0
    turned = (step.metres > 5_000.0) & (np.abs((step.course - tracks.track + 180.0) % 360.0 - 180.0) > OFF_DEG)
    out: Mask = thawed & (far | turned)
    return out


def _against_speed(tracks: Tracks, step: _Steps, p: SimpleNamespace) -> tuple[Mask, Mask]:
    """Rows at whose end of two minutes the path is too short, or too short or too long, for the speed given."""
    usable = step.good & (step.seconds >= STEP_S[0]) & (step.seconds <= STEP_S[1])
    usable &= tracks.ground_speed >= FAST_KT
    flown = tracks.window_sum(np.where(usable, np.round(step.metres), 0).astype(np.int64), WINDOW_S)
    said = tracks.window_sum(np.where(usable, np.round(step.said), 0).astype(np.int64), WINDOW_S)
    steps = tracks.window_sum(usable.astype(np.int64), WINDOW_S)
    rows = tracks.window_sum((~tracks.first).astype(np.int64), WINDOW_S)
    known = step.uneven(tracks, p) & (steps >= LEAST_STEPS) & (rows == steps)
    slow = flown * p.ratio < said
    return known & slow, known & (slow | (flown > p.ratio * said))


def _askew(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Level rows with a current position, whose two heights differ otherwise than those of the aircraft around."""
    out = np.zeros(len(tracks), dtype=bool)
    parted = _parted(tracks, p)
    if not parted.any():
        return out
    split = (tracks.geo_altitude.astype(np.float64) - tracks.baro_altitude) * FOOT_M
    stamp = tracks.position_time
    current = (stamp == NO_TIME) | (tracks.time - np.where(stamp == NO_TIME, 0, stamp) <= OLD_S * 1000)
    level = ~(np.abs(tracks.vertical_rate) > LEVEL_FT_MIN)
    rows = np.flatnonzero(current & level & ~np.isnan(split + tracks.lat))
    layer = tracks.time[rows] // SLOT_MS * 2 + (tracks.baro_altitude[rows] >= 15_000)
    usual = _medians(layer * 4_096 + _region(tracks, rows), split[rows], np.ones(len(rows), dtype=bool))
    out[rows] = parted[rows] & (np.abs(split[rows] - usual) > p.split)
    return out


def _parted(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Rows whose two heights are apart at all: by as much as a hot day explains, and more."""
    out: Mask = np.abs(tracks.geo_altitude - tracks.baro_altitude) * FOOT_M > p.split / 2
    return out & (tracks.baro_altitude < HIGHEST_FT)


def _region(tracks: Tracks, rows: Array) -> Array:
    """Fields of ten degrees, numbered."""
    field = np.floor(tracks.lat[rows] / 10.0) * 40 + np.floor(tracks.lon[rows] / 10.0) + 1_000
    number: Array = field.astype(np.int64)
    return number


def _without_sil(tracks: Tracks, p: SimpleNamespace) -> Mask:
    """Rows at which a version 2 transponder that flies high, or had an integrity before, has sent none for a while."""
    sil, version = tracks.columns.get("sil"), tracks.columns.get("version")
    if sil is None or version is None:
        return np.zeros(len(tracks), dtype=bool)
    told = (version == 2) & ~np.isnan(sil)
    if not (told & (sil == 0)).any():
        return np.zeros(len(tracks), dtype=bool)
    count = tracks.window_sum(told.astype(np.int64), SPAN_S)
    zero = tracks.window_sum((told & (sil == 0)).astype(np.int64), SPAN_S)
    was = tracks.window_sum((told & (sil >= 2)).astype(np.int64), SPAN_S) >= 2
    out: Mask = (
        told & (sil == 0) & (count >= SAMPLES) & (zero >= p.sil * count) & (was | (tracks.baro_altitude >= HIGH_FT))
    )
    return out


def _drawn(tracks: Tracks, odd: Mask, p: SimpleNamespace) -> Mask:
    """Rows of aircraft that do not move as they say, several of them round one point in the same half minute."""
    out = np.zeros(len(tracks), dtype=bool)
    rows = np.flatnonzero(odd)
    if len(rows) < p.drawn:
        return out
    slot = tracks.time[rows] // SLOT_MS
    for one in np.unique(slot).tolist():
        here = rows[slot == one]
        if len(np.unique(tracks.icao24[here])) < p.drawn:
            continue
        points = unit_vectors(tracks.lat[here], tracks.lon[here])
        near = kd_tree(points).query_ball_point(points, p.within * 1000 / EARTH_RADIUS_M)
        out[here] = [len(np.unique(tracks.icao24[here[n]])) >= p.drawn for n in near]
    return out
