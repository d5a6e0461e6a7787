"""An aircraft's transponder: Mode S frames made from what they are to say, and the framings of receivers."""

from __future__ import annotations

import math
from collections.abc import Iterable

ICAO = 0x4840D6
ALPHABET = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"
START = 1_000_000_000
"""Ticks of a receiver's clock of 12 MHz when a test begins."""


def parity(body: bytes) -> int:
    """The remainder of division by the generator, bit by bit."""
    rest = 0
    for byte in body:
        for bit in range(7, -1, -1):
            rest = (rest << 1) ^ (0x1FFF409 if ((rest >> 23) & 1) ^ ((byte >> bit) & 1) else 0)
            rest &= 0xFFFFFF
    return rest


def framed(first: int, middle: int, size: int, mixed: int = 0) -> bytes:
    """First byte, the bits after it and the parity, into which an address may be mixed."""
    body = bytes([first]) + middle.to_bytes(size - 4)
    return body + (parity(body) ^ mixed).to_bytes(3)


def squitter(me: int, icao: int = ICAO, first: int = 17 << 3 | 5) -> bytes:
    """DF17, or another by its first byte, with a message of 56 bits."""
    return framed(first, icao << 56 | me, 14)


def named(callsign: str, category: int = 3, **more: int) -> bytes:
    letters = 0
    for letter in callsign.ljust(8):
        letters = letters << 6 | ALPHABET.index(letter)
    return squitter(4 << 51 | category << 48 | letters, **more)


def report(lat: float, lon: float, odd: bool, ground: bool = False) -> int:
    """A compact position report: parity, latitude and longitude, 35 bits."""
    turn = 90.0 if ground else 360.0
    height = turn / (60 - odd)
    yz = math.floor(2**17 * (lat % height) / height + 0.5)
    width = turn / max(zones(height * (yz / 2**17 + math.floor(lat / height))) - odd, 1)
    xz = math.floor(2**17 * (lon % width) / width + 0.5)
    return odd << 34 | (yz % 2**17) << 17 | xz % 2**17


def zones(lat: float) -> int:
    """Longitude zones at a latitude, by the formula of the standard."""
    if abs(lat) >= 87:
        return 1 if abs(lat) > 87 else 2
    a = 1 - math.cos(math.pi / 30)
    return math.floor(2 * math.pi / math.acos(1 - a / math.cos(math.radians(lat)) ** 2))


def height(feet: int) -> int:
    """Twelve bits of height in steps of 25 ft."""
    steps = (feet + 1000) // 25
    return (steps & 0x7F0) << 1 | 0x10 | steps & 0xF


def airborne(
    lat: float, lon: float, odd: bool, feet: int = 38_000, code: int = 11, bits: int = 0, **more: int
) -> bytes:
    """`bits`: surveillance status and the supplement, three bits."""
    return squitter(code << 51 | bits << 48 | height(feet) << 36 | report(lat, lon, odd), **more)


def surface(lat: float, lon: float, odd: bool, **more: int) -> bytes:
    """Rolling at 10 kt to the east."""
    return squitter(7 << 51 | 29 << 44 | 1 << 43 | 32 << 36 | report(lat, lon, odd, ground=True), **more)


def velocity(east_kt: int, north_kt: int, climb_fpm: int, above_ft: int = 500, **more: int) -> bytes:
    """Speed over ground, and the height above the ellipsoid as its difference from the barometric one."""
    speed = (east_kt < 0) << 21 | abs(east_kt) + 1 << 11 | (north_kt < 0) << 10 | abs(north_kt) + 1
    climb = 1 << 10 | (climb_fpm < 0) << 9 | abs(climb_fpm) // 64 + 1
    above = (above_ft < 0) << 7 | abs(above_ft) // 25 + 1
    return squitter(19 << 51 | 1 << 48 | 2 << 43 | speed << 21 | climb << 10 | above, **more)


def status(version: int = 2, nac_p: int = 9, sil: int = 3, first: bool = True, **more: int) -> bytes:
    """Airborne operational status with the first supplement of integrity, design assurance 2, vertical accuracy 2."""
    mode = 2 << 8
    tail = version << 13 | first << 12 | nac_p << 8 | 2 << 6 | sil << 4
    return squitter(31 << 51 | mode << 16 | tail, **more)


def emergency(state: int, squawk: str, **more: int) -> bytes:
    return squitter(28 << 51 | 1 << 48 | state << 45 | identity(squawk) << 32, **more)


def identity(squawk: str) -> int:
    """Four octal digits in the order in which transponders send their bits."""
    a, b, c, d = (int(digit) for digit in squawk)
    order = ((c, 1), (a, 1), (c, 2), (a, 2), (c, 4), (a, 4), (0, 1), (b, 1), (d, 1), (b, 2), (d, 2), (b, 4), (d, 4))
    out = 0
    for digit, bit in order:
        out = out << 1 | bool(digit & bit)
    return out


def altitude_reply(feet: int, icao: int = ICAO, flight: int = 0) -> bytes:
    """DF4."""
    twelve = height(feet)
    return framed(4 << 3 | flight, (twelve >> 6) << 7 | twelve & 0x3F, 7, icao)


def identity_reply(squawk: str, icao: int = ICAO, flight: int = 0) -> bytes:
    """DF5."""
    return framed(5 << 3 | flight, identity(squawk), 7, icao)


def all_call(icao: int = ICAO, asker: int = 0) -> bytes:
    """DF11; `asker` is mixed into the parity."""
    return framed(11 << 3 | 5, icao, 7, asker)


def beast(frame: bytes, at_s: float = 0.0, level: int = 128, stamp: int | None = None) -> bytes:
    """As port 30005 sends it, `at_s` after START or with just this clock."""
    ticks = START + round(at_s * 12_000_000) if stamp is None else stamp
    body = ticks.to_bytes(6) + bytes([level]) + frame
    return b"\x1a" + (b"2" if len(frame) == 7 else b"3") + body.replace(b"\x1a", b"\x1a\x1a")


def avr(frame: bytes, at_s: float | None = None) -> bytes:
    """As port 30002 sends it; with a clock when it is to have a time."""
    if at_s is None:
        return b"*%s;\n" % frame.hex().encode()
    return b"@%012x%s;\n" % (START + round(at_s * 12_000_000), frame.hex().encode())


def flown(lat: float, lon: float, seconds: Iterable[float], **more: int) -> list[tuple[float, bytes]]:
    """Positions at these times, even and odd in turn."""
    return [(at, airborne(lat, lon, bool(n % 2), **more)) for n, at in enumerate(seconds)]
