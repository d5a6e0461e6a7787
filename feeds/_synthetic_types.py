"""The synthetic world's cast list: aircraft types with their figures, made-up airlines, and the airports they serve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.airports import Airports
from geo.schema import Array


@dataclass(frozen=True)
class Type:
    """Round figures for one aircraft type: heights ft, speeds kt over ground, climbs ft per nmi, distances nmi."""

    code: str
    category: str
    cruise: float
    approach_kt: float
    climb_kt: float
    cruise_kt: float
    low_climb: float
    high_climb: float
    turn_m: float
    final: float
    shortest: float
    longest: float
    share: float


TYPES = (
    Type("A320", "A3", 35_000, 137, 285, 450, 480, 230, 3_000, 10, 250, 1_500, 20),
    Type("A20N", "A3", 36_000, 135, 285, 450, 500, 240, 3_000, 10, 250, 1_600, 12),
    Type("A321", "A3", 33_000, 140, 290, 450, 430, 210, 3_000, 10, 250, 1_600, 9),
    Type("B738", "A3", 36_000, 142, 290, 455, 470, 230, 3_000, 10, 250, 1_600, 18),
    Type("B38M", "A3", 37_000, 142, 290, 455, 480, 235, 3_000, 10, 250, 1_800, 6),
    Type("E190", "A3", 36_000, 130, 280, 440, 480, 240, 2_700, 10, 150, 900, 7),
    Type("AT76", "A2", 21_000, 115, 190, 270, 420, 250, 1_900, 8, 80, 350, 6),
    Type("A333", "A5", 37_000, 138, 300, 475, 400, 200, 3_300, 12, 900, 5_500, 5),
    Type("B77W", "A5", 35_000, 147, 305, 485, 390, 190, 3_500, 12, 1_200, 7_000, 6),
    Type("B789", "A5", 39_000, 140, 300, 485, 420, 210, 3_300, 12, 1_200, 7_000, 6),
    Type("C25A", "A2", 41_000, 108, 240, 400, 620, 330, 2_400, 8, 150, 1_100, 4),
    Type("GLF6", "A3", 43_000, 125, 270, 470, 650, 340, 2_700, 9, 400, 5_000, 3),
    Type("PC12", "A1", 24_000, 85, 150, 260, 520, 330, 1_500, 5, 80, 600, 3),
    Type("C172", "A1", 3_500, 62, 75, 105, 480, 400, 500, 2, 20, 110, 8),
    Type("DA40", "A1", 4_500, 68, 85, 125, 500, 420, 600, 2, 25, 140, 4),
    Type("EC35", "A7", 1_800, 60, 90, 125, 600, 500, 500, 1, 12, 70, 4),
    Type("C130", "A3", 24_000, 120, 200, 300, 420, 250, 2_600, 8, 200, 1_200, 1),
)


def _codes(text: str) -> list[str]:
    return text.split()


AIRLINES = ("SKF", "NVA", "BLQ", "ORV", "ZEF", "KDA", "MRJ", "TVX", "QIL", "HUP", "WYN", "DXO", "JNP", "FQC")
"""Made-up designators."""

NATIONS = (
    (0x3C4000, "D-A"), (0x400000, "G-S"), (0x380000, "F-H"), (0x340000, "EC-"), (0x300000, "I-D"), (0x4A8000, "SE-"),
    (0x4B8000, "TC-J"), (0x738000, "4X-E"), (0x468000, "SX-D"), (0x478000, "LN-"), (0x490000, "CS-T"),
    (0x4A0000, "YR-B"),
)  # fmt: skip
"""Start of 32,768 addresses of one state, next to none of them its military's, and beginning of a registration."""

EUROPE = _codes(
    "EGLL EGKK EGSS EGCC EGPH EHAM LFPG LFPO LFMN LFLL LFBO EDDF EDDM EDDB EDDL EDDH EDDS EDDK LEMD LEBL LEPA LEMG "
    "LEVC LEAL LPPT LPPR LIRF LIMC LIPZ LIRN LICC LIBD LSZH LSGG LOWW EBBR EKCH ESSA ESGG ENGM ENBR EFHK EETN EVRA "
    "EYVI EPWA EPKK EPGD LKPR LHBP LROP LBSF LYBE LDZA LDSP LATI LWSK LGAV LGTS LGIR LGRP LTFM LTFJ LTAI LTAC LTBJ "
    "LCLK LCPH LLBG OLBA OJAI HECA HEGN LMML EIDW EICK UGTB UDYZ LZIB LJLJ LUKK"
)
"""Busier airports of Europe and the Eastern Mediterranean; the first of a state is not always the busiest."""

WORLD = _codes(
    "KJFK KEWR KBOS KIAD KATL KMIA KORD KDFW KIAH KDEN KPHX KLAX KSFO KSEA KMSP KDTW KCLT KLAS KMCO CYYZ CYUL CYVR "
    "MMMX MROC MPTO SKBO SEQM SPJC SCEL SAEZ SBGR SBGL TJSJ MKJP PHNL PANC OMDB OMAA OTHH OERK OEJN OKKK OIIE OPKC "
    "VIDP VABB VOBL VOMM VCBI VGHS VNKT VTBS VVTS VVNB WMKK WSSS WIII WADD RPLL VHHH RCTP ZBAA ZSPD ZGGG ZUUU ZPPP "
    "ZWWW UAAA UUEE UNNT RJTT RJBB RKSI YSSY YMML YBBN YPPH NZAA NZCH NFFN HAAB HKJK HTDA FAOR FACT DNMM DGAA GMMN "
    "DTTA DAAG HLLT FZAA FMMI FIMP BIKF GCLP LPAZ"
)

BUSY = frozenset(
    _codes("EGLL EHAM LFPG EDDF EDDM LEMD LEBL LIRF LSZH LOWW EKCH ESSA LGAV LTFM LTAI LLBG LCLK HECA EIDW LPPT")
)


@dataclass(frozen=True)
class Ports:
    """Airports as arrays (n,): code, lat, lon, elevation ft, runway direction in degrees, share of the traffic."""

    code: Array
    lat: Array
    lon: Array
    elevation: Array
    runway: Array
    weight: Array

    def index(self, code: str) -> int:
        return int(np.flatnonzero(self.code == code)[0])


def ports(region: str) -> Ports:
    """The airports of a region, "europe" or "world"."""
    wanted = EUROPE if region == "europe" else EUROPE + WORLD
    return _chosen(Airports.builtin(), np.array(wanted))


def small_ports(lat: tuple[float, float], lon: tuple[float, float], count: int, rng: np.random.Generator) -> Ports:
    """Aerodromes without scheduled traffic inside a box, for light aircraft."""
    all_of_them = Airports.builtin()
    inside = (
        (all_of_them.lat > lat[0])
        & (all_of_them.lat < lat[1])
        & (all_of_them.lon > lon[0])
        & (all_of_them.lon < lon[1])
    )
    small = np.flatnonzero(inside & (all_of_them.kind == 1) & (all_of_them.elevation < 2_000))
    return _chosen(all_of_them, all_of_them.code[rng.choice(small, min(count, len(small)), replace=False)])


def _chosen(airports: Airports, wanted: Array) -> Ports:
    order = np.argsort(airports.code)
    index = order[np.searchsorted(airports.code, wanted, sorter=order)]
    # The runway's direction is invented, but the same for everyone who uses the airport: traffic lines up for it.
    runway = np.array(
        [sum(ord(c) * k for k, c in zip((7, 11, 13, 29), code, strict=True)) % 36 * 10.0 for code in wanted]
    )
    weight = np.array([4.0 if code in BUSY else 1.0 for code in wanted])
    return Ports(
        wanted, airports.lat[index], airports.lon[index], airports.elevation[index], runway, weight / weight.sum()
    )
