"""A model's pictures as SVG files of their own: how scores are distributed, altitude against speed with what is odd."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.schema import Array

WIDE, TALL, LEFT, LOW = 900, 420, 64, 46
INK, NORMAL, ODD, GRID = "#1d2733", "#2f6fb0", "#d7301f", "#d5dae0"


def histogram(rarity: Array, threshold: float) -> str:
    """Rows by rarity (-log10 of 1 - score), counts on a logarithmic axis; a line at the threshold."""
    edges = np.linspace(0, 9, 91)
    counts, _ = np.histogram(np.clip(rarity, 0, 8.999), edges)
    top = max(float(np.log10(max(counts.max(initial=1), 10))), 1.0)
    parts = [_frame("score", "rows"), *(_grid_y(k / top, f"{10**k:,}") for k in range(int(top) + 1))]
    for k, count in enumerate(counts.tolist()):
        if count:
            height = (TALL - LOW - 20) * (np.log10(count) + 0.1) / (top + 0.1)
            color = ODD if edges[k] >= threshold else NORMAL
            parts.append(_bar(_x(edges[k] / 9), height, (WIDE - LEFT - 20) / 90, color))
    for nines in range(1, 9):
        parts.append(_tick_x(nines / 9, f"{1 - 10.0**-nines:.{nines}f}"))
    return _svg("How scores are distributed", parts)


def scatter(speed_kt: Array, altitude_ft: Array, odd: Array) -> str:
    """One dot a row, odd ones in red above the others."""
    right, top = (max(float(v.max(initial=1)) * 1.05, 1.0) for v in (speed_kt, altitude_ft))
    parts = [_frame("kt over ground", "ft")]
    parts += [_tick_x(v / right, f"{v:,}") for v in range(0, int(right), 100 if right < 1_000 else 500)]
    parts += [_grid_y(v / top, f"{v:,}") for v in range(0, int(top), 5_000 if top < 60_000 else 20_000)]
    for rows, color, size in ((~odd, NORMAL, 2), (odd, ODD, 4)):
        parts.append(_dots(speed_kt[rows] / right, altitude_ft[rows] / top, color, size))
    return _svg("Altitude against speed; red: odd", parts)


def _dots(x: Array, y: Array, color: str, size: int) -> str:
    points = np.unique(np.column_stack([_x(x), _y(y)]).round(), axis=0)
    data = "".join(f"M{a:.0f} {b:.0f}h0" for a, b in points)
    return f'<path d="{data}" stroke="{color}" stroke-width="{size}" stroke-linecap="round" stroke-opacity=".6"/>'


def _x(share: Array | float) -> Array | float:
    return LEFT + share * (WIDE - LEFT - 20)


def _y(share: Array | float) -> Array | float:
    return TALL - LOW - share * (TALL - LOW - 20)


def _bar(x: Array | float, height: float, width: float, color: str) -> str:
    return f'<rect x="{x:.1f}" y="{TALL - LOW - height:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>'


def _tick_x(share: float, text: str) -> str:
    return f'<text x="{_x(share):.0f}" y="{TALL - LOW + 16}" text-anchor="middle">{text}</text>'


def _grid_y(share: float, text: str) -> str:
    y = _y(share)
    line = f'<path d="M{LEFT} {y:.0f}H{WIDE - 20}" stroke="{GRID}"/>'
    return f'{line}<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{text}</text>'


def _frame(across: str, up: str) -> str:
    return f'<text x="{WIDE - 20}" y="{TALL - 8}" text-anchor="end">{across}</text><text x="6" y="14">{up}</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    style = f"text{{font:12px sans-serif;fill:{INK}}}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {TALL}" role="img" aria-label="{title}">'
    return f'{head}<style>{style}</style><rect width="{WIDE}" height="{TALL}" fill="#fff"/>{"".join(parts)}</svg>\n'
