"""Which class is measured by which planter; and of those that are measured elsewhere, where."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.scorecard.behaviours import (
    approaches,
    encounters,
    flows,
    jumps,
    names,
    profiles,
    radio,
    turns,
    vertical,
)
from benchmarks.scorecard.behaviours.plan import Behaviour

BEHAVIOURS: Mapping[str, Behaviour] = {
    "acas-ra": Behaviour(
        vertical.advisory, 1_600, 4_000, "ft/min",
        "1,500 ft/min either way (definitions 5.4, SkySpy), beside the 64 ft/min of level flight; reversed at 0.35 g "
        "(TCAS II 7.1)",
        "climbs that level off, or sink a minute later", on=("paris", "switzerland"),
    ),
    "cruise-turn": Behaviour(
        turns.sharp_turn, 45, 150, "deg", "45 degrees at cruise (seed 000), at 25 to 35 degrees of bank",
        "corners of routes of 20 to 44 degrees, and holds", on=("switzerland",),
    ),
    "diversion": Behaviour(
        approaches.came_back, 6, 15, "min after it was first heard",
        "back at the aerodrome that it left, within the hour",
        "the same aircraft back after an hour, as another flight", whole=True, every_s=10,
    ),
    "drone-missile-profile": Behaviour(
        profiles.missile_like, 0, 1, "share of the range",
        "80 to 110 kt (Shahed-136), 430 to 500 kt (BGM-109), climbs of 10,000 ft/min and more; no name, no aerodrome",
        "light aircraft with their names on the same path, and winding ones without", on=("paris", "switzerland"),
    ),
    "equipment-signature": Behaviour(
        names.another_unit, 0, 1, "", "another ADS-B version, SIL or SDA than before (F075)", "one row decoded wrong",
        on=("monterey",), whole=True, warm_s=(names.DAYS - 1) * 86_400.0, prepared=names.declared_days,
    ),
    "fir-entry": Behaviour(
        flows.turned_round, 60, 180, "deg turned",
        "an entry point or direction that is not flown (seed 000): nobody within 20 nmi and 60 degrees",
        "the flight of the day before, a mile beside it", on=("switzerland",), warm_s=flows.LEARNED_S,
        prepared=flows.flown_daily, given=flows.regions,
    ),
    "flight-envelope": Behaviour(
        vertical.beyond, 0, 1, "share of the range",
        "seed 000: above 550 kt below 10,000 ft, below 90 kt at FL300; seed 001: above 25,000 m, slow above 15,000 m, "
        "fast below 2,000 m", "airliners in a jet stream of up to 690 kt, and 1,200 kt for one frame",
    ),
    "geographic-outlier": Behaviour(
        jumps.outlier, 500, 8_000, "km", "beyond what a receiver hears at cruise (250 nmi); 0/0 (F085)",
        "100 to 250 km off", whole=True, every_s=10, warm_s=5_400,
    ),
    "go-around": Behaviour(
        approaches.broken_off, 525, 3_000, "ft", "a climb of more than 500 ft after an approach (definitions 5.4)",
        "landings, and corrections of 200 to 400 ft", on=("paris", "monterey"),
    ),
    "gps-spoofing": Behaviour(
        jumps.spoofed, 0, 1, "share of the range",
        "five within 3 km, a place frozen for 60 s (definitions 5.2, 5.3), displacement 1.6 times the speed and more",
        "holding stacks, places repeated for half a minute, speeds a tenth off", on=("paris", "switzerland"),
    ),
    "identity": Behaviour(
        names.misnamed, 0, 1, "",
        "F070 to F073: TEST and FAKE, formats, 000000 and the like, switching, another state's registration",
        "heard wrong once, mended once, addresses and registrations that fit", on=("paris", "switzerland"),
    ),
    "kinematics": Behaviour(
        jumps.impossible, 0, 1, "share of the range",
        "250 m beyond what was flown (readsb), 15 kt/s, 10 degrees a second (definitions 5.3), a climb beyond an "
        "F-15's",
        "one wrong row, and a place repeated for half a minute",
    ),
    "low-for-cell": Behaviour(
        flows.too_low, 5_000, 1_000, "ft", "very low where nothing flies so (seed 000): below approaches' 5,000 ft",
        "at FL180 to 240 where others cruise", on=("switzerland",), warm_s=flows.LEARNED_S, prepared=flows.flown_daily,
    ),
    "ml-point": Behaviour(
        turns.rare_motion, 5, 10, "thousand ft/min; half of it in deg/s",
        "motion that airliners do not fly: 5,000 ft/min and 2.5 degrees a second at cruise",
        "2,000 ft/min, and 25 degrees of bank", on=("switzerland",),
    ),
    "ml-sequence": Behaviour(
        turns.weaving, 15, 45, "deg", "a path that is odd only as a whole, for three windows (seed 000)",
        "the same for one minute", on=("switzerland",),
    ),
    "near-miss": Behaviour(
        encounters.near_miss, 0.29, 0.02, "nmi", "0.3 nmi and 400 ft below 18,000 ft (definitions 5.6)",
        "the same crossing a thousand feet or three miles apart",
    ),
    "odd-trajectory": Behaviour(
        turns.zig_zag, 1.4, 2.4, "times the distance",
        "four reversals and a tortuosity of 1.4 (definitions 5.1, SkySpy)",
        "once round a thunderstorm and back", on=("switzerland",),
    ),
    "patrol": Behaviour(
        profiles.racetrack, 60, 300, "km a lap", "two laps of a wide racetrack", "a lap and away, and survey legs",
        on=("switzerland",),
    ),
    "route-deviation": Behaviour(
        flows.beside, 20, 80, "nmi", "further off than weather is passed (20 nmi, FAA AC 00-24C)", "two or three miles",
        on=("switzerland",), warm_s=flows.LEARNED_S, prepared=flows.flown_daily,
    ),
    "sighting": Behaviour(
        names.military, 0, 1, "", "addresses of military blocks, or marked by the feed (F077)",
        "civil addresses of the same states", on=("paris", "switzerland"),
    ),
    "signal": Behaviour(
        radio.loud, 10, 0.5, "nmi from the receiver", "heard from where it is, not from where it says (F068, F069)",
        "11 dB louder than expected, steadily, and really near", warm_s=1_500, prepared=radio.measured,
    ),
    "strange-approach": Behaviour(
        approaches.odd_shape, 0, 1, "share of the range",
        "swings of 45 degrees, a circle of 330 (definitions 5.4), steeper than 6 degrees, below 60 ft a mile",
        "one dog-leg, 5.5 degrees, 200 ft a mile", whole=True, every_s=5,
    ),
    "timing": Behaviour(
        radio.transmits, 10, 100, "messages/s", "ten messages a second, bursts, 600 s unheard (F064 to F066)",
        "three a second more, a counter that begins again, three minutes unheard", prepared=radio.counted,
    ),
    "vertical-oscillation": Behaviour(
        vertical.yo_yo, 1_600, 6_000, "ft",
        "yo-yos (F057) as slow as four swings in ten minutes, as quick as phugoids; 55,000 and 5,000 ft by turns "
        "(definitions 5.3)", "climbs in steps, or up once and down once", on=("switzerland",),
    ),
    "watch-list": Behaviour(
        names.on_the_list, 0, 1, "", "an address that the list names", "the next address", on=("paris", "switzerland"),
        given=names.watched,
    ),
}  # fmt: skip
"""The severity goes from the first number, which is what the definition asks at the least, to the second."""

EPISODES = "measured on planted episodes of the demo's traffic, which last as long as the definitions ask"

ATTACKS = "measured on attack set A, whose published generators are this behaviour"

ELSEWHERE: Mapping[str, str] = {
    "callsign-duplicate": EPISODES, "formation-flight": EPISODES, "ghost": EPISODES, "gps-jamming": EPISODES,
    "icao-spoof": EPISODES, "injection": ATTACKS, "loiter": EPISODES, "position-drift": ATTACKS,
    "rapid-descent": EPISODES, "restricted-zone": EPISODES, "squawk": EPISODES, "track-splice": ATTACKS,
}  # fmt: skip
"""Classes that other measures show by their own behaviour."""
