"""Encounters: how near two aircraft came, second by second, between the fixes on either side. Tracks in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from detectors._groups import SHADOWS
from detectors._instants import Instants, at_instants, repeated, stamps
from detectors._pairs import near_pairs, relative
from geo.schema import NON_ICAO, Array
from geo.sphere import EARTH_RADIUS_M, KNOT_M_S, NMI_M, wrap_lon
from geo.tracks import Index, Mask, Tracks

STEP_S, AGE_S = 10, 12
"""A first look every ten seconds, at positions no older than a feed polled as often gives."""

BACK_S, SECONDS = 15, 10
"""The seconds looked at begin this long before an instant: by its end, fixes up to five seconds old have come in."""

GAP_S = 16.0
"""Fixes on either side no further apart: at any second one of the two is at most eight seconds away."""

FIRST_LOOK_M, TALL = 3 * NMI_M, 12.0
"""Pairs within 3 nmi; a foot of height counts as twelve, so that those 1,500 ft apart are left out at once."""

JUMP_KT, SLOWEST_KT = 60.0, 40.0
"""A fix that another speed than the reported one would be needed to reach is a jump. Slower aircraft hover or park."""

COMPANY_M, COMPANY_FT = NMI_M, 1_000.0
"""As near as this before they met, two have kept company (airbornehotspots: never a formation if first over 1 nm)."""

_M_PER_DEG = EARTH_RADIUS_M * np.pi / 180


@dataclass(frozen=True)
class Limits:
    """Minima in metres and feet: below FL180, and above it."""

    metres: float
    feet: float
    high_metres: float
    high_feet: float


@dataclass(frozen=True)
class Fixes:
    """Believable positions as arrays (n,), sorted by flight and time; `rank` numbers the flights."""

    rank: Array
    time: Array
    lat: Array
    lon: Array
    altitude: Array
    north: Array
    east: Array
    """Speed northwards and eastwards in m/s; NaN where not sent."""


@dataclass(frozen=True)
class Encounters:
    """Entries i and j of `x`, (n,), too near each other; what holds at `when` (ms), the second when they were nearest.

    `first` and `last` too near, ms; `seconds` of it; `closing` speed in kt; `company`: seconds near each other in the
    two minutes before; `always`: they were near whenever both were heard; `sparse`: fixes more than 11 s apart.
    """

    x: Instants
    i: Index
    j: Index
    when: Array
    metres: Array
    feet: Array
    altitude: Array
    first: Array
    last: Array
    seconds: Array
    closing: Array
    company: Array
    always: Mask
    sparse: Mask

    def __len__(self) -> int:
        return len(self.i)


def airborne(tracks: Tracks, x: Instants) -> Mask:
    """Entries of a flying aircraft with an address of its own and a known height."""
    own = (x.icao24 < NON_ICAO) & ~SHADOWS[tracks.source[x.row]]
    out: Mask = own & ~np.isnan(x.baro_altitude) & (tracks.on_ground[x.row] != 1) & (x.ground_speed > SLOWEST_KT)
    return out


def encounters(tracks: Tracks, limits: Limits, crowd: int) -> Encounters | None:
    """Pairs nearer than the limits before a slot that is to be judged now. None where there is none."""
    x, i, j = _candidates(tracks, crowd)
    if not len(i):
        return None
    # The first look was at the newest rows; now the whole view of the flights that it found.
    flights = np.unique(x.flight[np.append(i, j)])
    mine = np.flatnonzero(np.isin(tracks.flight, flights))
    view = tracks.take(mine)
    whole = at_instants(view, STEP_S, AGE_S)
    a, b = (whole.find(np.searchsorted(flights, x.flight[k]), x.instant[k]) for k in (i, j))
    seen = (a >= 0) & (b >= 0)
    found = _nearest(view, whole, a[seen], b[seen], limits)
    return None if found is None else replace(found, x=replace(whole, row=mine[whole.row]))


def _candidates(tracks: Tracks, crowd: int) -> tuple[Instants, Index, Index]:
    """Pairs near at the instant before each slot to be judged."""
    step = STEP_S * 1000
    fresh = tracks.time[tracks.fresh]
    begin, end = int(fresh.min()) // step * step, int(fresh.max()) // step * step
    recent = tracks.take(np.flatnonzero(tracks.time >= begin - 2 * AGE_S * 1000))
    x = at_instants(recent, STEP_S, AGE_S)
    among = airborne(recent, x) & (x.instant >= begin) & (x.instant <= end)
    i, j = near_pairs(x, among, FIRST_LOOK_M, crowd, TALL)
    own = x.icao24[i] != x.icao24[j]
    return x, i[own], j[own]


def _nearest(view: Tracks, x: Instants, i: Index, j: Index, limits: Limits) -> Encounters | None:
    """The pairs that came too near in the seconds before their instant."""
    fixes = _fixes(view)
    when = x.instant[i][:, None] + (np.arange(SECONDS) - BACK_S)[None, :] * 1000
    origin = x.lat[i][:, None], x.lon[i][:, None]
    mine, theirs = (_placed(fixes, x.rank[k][:, None], when, origin) for k in (i, j))
    metres = np.hypot(mine[0] - theirs[0], mine[1] - theirs[1])
    feet, altitude, gap = np.abs(mine[2] - theirs[2]), np.fmax(mine[2], theirs[2]), np.fmax(mine[3], theirs[3])
    up = altitude > 18_000
    wide, tall = np.where(up, limits.high_metres, limits.metres), np.where(up, limits.high_feet, limits.feet)
    near = (metres <= wide) & (feet <= tall)
    hit = np.flatnonzero(near.any(axis=1))
    if not len(hit):
        return None
    rank = np.where(near, np.hypot(metres / wide, feet / tall), np.inf)[hit]
    at = np.argmin(rank, axis=1)
    company, always = _company(x, i[hit], j[hit])

    def best(values: Array) -> Array:
        nearest: Array = values[hit, at]
        return nearest

    some = near[hit]
    return Encounters(
        x, i[hit], j[hit], best(when), best(metres), best(feet), best(altitude),
        np.where(some, when[hit], np.iinfo(np.int64).max).min(axis=1), np.where(some, when[hit], 0).max(axis=1),
        some.sum(axis=1), np.hypot(*(best(mine[k] - theirs[k]) for k in (4, 5))) / KNOT_M_S,
        company, always, best(gap) > 11,
    )  # fmt: skip


def _fixes(view: Tracks) -> Fixes:
    """Positions that move on in time, with a height; later ones that were taken earlier are left out."""
    stamp = stamps(view)
    rows = np.flatnonzero(view.located & ~np.isnan(view.baro_altitude) & ~repeated(view, GAP_S))
    rank = (np.cumsum(view.first) - 1)[rows]
    key = rank * 2**44 + stamp[rows] % 2**43
    newest = np.maximum.accumulate(np.append(-1, key))[:-1] if len(key) else key
    rows, rank = rows[key > newest], rank[key > newest]
    turn = np.radians(view.track[rows].astype(float))
    speed = view.ground_speed[rows].astype(float) * KNOT_M_S
    return Fixes(
        rank, stamp[rows], view.lat[rows], view.lon[rows], view.baro_altitude[rows].astype(float),
        speed * np.cos(turn), speed * np.sin(turn),
    )  # fmt: skip


def _placed(f: Fixes, rank: Array, when: Array, origin: tuple[Array, Array]) -> tuple[Array, ...]:
    """North and east of the origin in metres, altitude, gap between the fixes on either side in s, and speed north and
    east, at `when` (n, k); NaN where there is no fix on one side, too long a gap, or a jump."""
    key = f.rank * 2**44 + f.time % 2**43
    after = np.minimum(np.searchsorted(key, rank * 2**44 + when % 2**43), len(key) - 1)
    before = np.maximum(after - 1, 0)
    gap = (f.time[after] - f.time[before]) / 1000.0
    known = (f.rank[after] == rank) & (f.rank[before] == rank) & (gap > 0) & (gap <= GAP_S)
    known &= (f.time[after] >= when) & (f.time[before] <= when)
    gap = np.where(known, gap, np.nan)
    u = (when - f.time[before]) / 1000.0 / gap
    scale = np.cos(np.radians(origin[0]))
    ends = [((f.lat[k] - origin[0]) * _M_PER_DEG, wrap_lon(f.lon[k] - origin[1]) * _M_PER_DEG * scale) for k in (before, after)]  # fmt: skip
    steps = [(b - a) / gap for a, b in zip(*ends, strict=True)]
    sent = [((f.north[k], f.east[k])) for k in (before, after)]
    means = [(np.hypot(*s)) for s in sent]
    jumped = np.abs(np.hypot(*steps) - (means[0] + means[1]) / 2) > JUMP_KT * KNOT_M_S
    place = []
    for k in (0, 1):
        first, last = (np.where(np.isnan(s[k]), steps[k], s[k]) * gap for s in sent)
        place.append(_bent(ends[0][k], ends[1][k], first, last, u))
    altitude = f.altitude[before] + (f.altitude[after] - f.altitude[before]) * u
    north, east = (np.where(jumped, np.nan, p) for p in place)
    return north, east, altitude, gap, *steps


def _bent(a: Array, b: Array, start: Array, end: Array, u: Array) -> Array:
    """Cubic Hermite interpolation: through both fixes, leaving and reaching them with the reported velocities."""
    out: Array = (
        (2 * u**3 - 3 * u**2 + 1) * a + (u**3 - 2 * u**2 + u) * start + (3 * u**2 - 2 * u**3) * b + (u**3 - u**2) * end
    )
    return out


def _company(x: Instants, i: Index, j: Index) -> tuple[Array, Mask]:
    """For how many of the last 120 s two were near each other, and whether they were whenever both were heard."""
    back = np.arange(1, 13)[:, None]
    when = x.instant[i] - BACK_S * 1000 // x.step_ms * x.step_ms - back * x.step_ms
    a, b = (x.find(x.rank[k] + 0 * back, when) for k in (i, j))
    then = relative(x, a, b)
    near = (then.metres <= COMPANY_M) & (then.feet <= COMPANY_FT)
    heard = (a >= 0) & (b >= 0)
    always = np.asarray((near | ~heard).all(axis=0))
    return near.sum(axis=0) * STEP_S, always
