"""Offsets: innovations summed with a short memory, and the latch that holds while a track runs displaced."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from detectors._innovation import RECKONED, State, Update, beyond_timing, velocity
from geo.memory import Keep, Slot
from geo.schema import NO_TIME, Array
from geo.tracks import Mask, Tracks

FADE = 0.9
"""What an update leaves of the sum before it: a ramp of five still adds up to 0.8, an outlier and its return to 0.1."""

KEEP = Keep(
    {
        **RECKONED,
        "sum_e": Slot("f4"), "sum_n": Slot("f4"), "variance": Slot("f4"), "odd": Slot("f4"),
        "last_e": Slot("f4"), "last_n": Slot("f4"), "last_s": Slot("f4"),
        "rise": Slot("i8", NO_TIME), "since": Slot("i4"), "quiet": Slot("i4"), "rise_e": Slot("f4"), "rise_n": Slot("f4"), "rise_lat": Slot("f8", np.nan), "rise_lon": Slot("f8", np.nan),
        "onset": Slot("i8", NO_TIME), "from_lat": Slot("f8", np.nan), "from_lon": Slot("f8", np.nan),
        "off_e": Slot("f4"), "off_n": Slot("f4"), "ratio": Slot("f4"),
    },
    ttl_s=1800,
)  # fmt: skip

LONGEST = 9
"""Updates that an offset may take to build up and show itself steady; what goes on longer is no offset."""

SLOW_M_S = 15.0
"""Below this course and speed say little of where an aircraft goes (hovering, or speed 0 forward-filled)."""

_SUMS = ("sum_e", "sum_n", "variance", "odd", "last_e", "last_n", "last_s")


def note(tracks: Tracks, state: State, update: Update, p: SimpleNamespace) -> None:
    """Take new fixes: into the sums, and where these show an offset that stays, into the latch."""
    who = update.who
    known = np.isfinite(update.east) & (update.dt <= p.gap)
    _forget(state, who[~known])
    east, north = (np.where(known, v, 0.0) for v in (update.east, update.north))
    sigma = np.where(known, update.sigma, 0.0)
    jumps = np.stack([update.turn, update.accelerate, update.climb, update.rate])
    odd = np.where(known, np.nan_to_num(jumps).max(axis=0), 0.0)
    state.set(
        who,
        sum_e=FADE * state.at("sum_e", who) + east, sum_n=FADE * state.at("sum_n", who) + north,
        variance=FADE**2 * state.at("variance", who) + sigma**2, odd=np.maximum(FADE * state.at("odd", who), odd),
    )  # fmt: skip
    _judge(tracks, state, update, known, p)
    state.set(who, last_e=east, last_n=north, last_s=sigma)


def _forget(state: State, who: Array) -> None:
    """A gap: what came before says nothing about what comes now. The latch stays."""
    state.set(who, **{name: np.zeros(len(who)) for name in _SUMS})
    state.set(who, rise=np.full(len(who), NO_TIME), hold=np.zeros(len(who)), quiet=np.zeros(len(who)))


def _judge(tracks: Tracks, state: State, update: Update, known: Mask, p: SimpleNamespace) -> None:
    """Latch the streams whose sum shows an offset that stays; release those where it takes the offset back."""
    who = update.who
    sum_e, sum_n = state.at("sum_e", who), state.at("sum_n", who)
    far, full = beyond_timing(sum_e, sum_n, update, p.timing), np.hypot(sum_e, sum_n)
    limit = p.least + p.sigmas * np.sqrt(state.at("variance", who)) + p.noises * np.nan_to_num(state.at("noise", who))
    _rising(tracks, state, update, known & (full > 0.3 * limit))
    last_e, last_n, last_s = (state.at(n, who) for n in ("last_e", "last_n", "last_s"))
    small = 0.15 * full
    calm = np.hypot(update.east, update.north) <= small + 2.0 * update.sigma
    calm &= np.hypot(last_e, last_n) <= small + 2.0 * last_s
    calm &= np.hypot(update.east + last_e, update.north + last_n) <= small + update.sigma
    hit = known & calm & (far > limit) & (state.at("odd", who) <= 1.5) & _straight(tracks, state, update)
    hit &= (state.at("quiet", who) >= p.fixes) & (full <= p.most * 1000) & (state.at("rise", who) != NO_TIME)
    _latch(state, who[hit], (far / limit)[hit])
    late = ~hit & (state.at("rise", who) != NO_TIME) & (state.at("count", who) - state.at("since", who) >= LONGEST)
    _forget(state, who[late])


def _rising(tracks: Tracks, state: State, update: Update, up: Mask) -> None:
    """Where the sum began to stand out: the first displaced fix."""
    who, rows = update.who, update.rows
    begin = up & (state.at("rise", who) == NO_TIME)
    state.set(who[~up], rise=np.full(int((~up).sum()), NO_TIME), quiet=state.at("quiet", who[~up]) + 1)
    state.set(who, hold=up)
    rows, who = rows[begin], who[begin]
    state.set(who, rise_e=state.at("ve", who), rise_n=state.at("vn", who))
    state.set(who, rise=tracks.time[rows], rise_lat=tracks.lat[rows], rise_lon=tracks.lon[rows])
    state.set(who, since=state.at("count", who))


def _straight(tracks: Tracks, state: State, update: Update) -> Mask:
    """The velocity is still about that before the offset: in a turn, speed and course that lag look like one."""
    ve, vn = velocity(tracks, update.rows)
    changed = np.hypot(ve - state.at("rise_e", update.who), vn - state.at("rise_n", update.who))
    out: Mask = (changed <= 0.5 * update.speed) & (update.speed > SLOW_M_S)
    return out


def _latch(state: State, who: Array, ratio: Array) -> None:
    """Offsets add up; one that leads back to where the track came from ends the episode."""
    if not len(who):
        return
    held = state.at("onset", who) != NO_TIME
    # Two calm updates have passed since the offset was whole.
    east, north = state.at("sum_e", who) / FADE**2, state.at("sum_n", who) / FADE**2
    total_e, total_n = state.at("off_e", who) + east, state.at("off_n", who) + north
    back = held & (np.hypot(total_e, total_n) < 0.4 * np.hypot(east, north))
    keep = held & ~back

    def chosen(name: str, rise: str, after: float) -> Array:
        return np.where(back, after, np.where(keep, state.at(name, who), state.at(rise, who)))

    state.set(
        who, onset=np.where(back, NO_TIME, np.where(keep, state.at("onset", who), state.at("rise", who))),
        from_lat=chosen("from_lat", "rise_lat", np.nan), from_lon=chosen("from_lon", "rise_lon", np.nan),
        off_e=np.where(back, 0.0, total_e), off_n=np.where(back, 0.0, total_n),
        ratio=np.where(keep, np.maximum(state.at("ratio", who), ratio), ratio),
    )  # fmt: skip
    _forget(state, who)
