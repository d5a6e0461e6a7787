"""Drawings of what a model was trained on and what it makes of it, as SVG files that any browser opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from geo.schema import Array

WIDE, TALL = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 28, 40
COLORS = ("#0b6bcb", "#a85810", "#7a2a8c", "#00807a", "#8a6d00", "#5a6f86")
MOST_DOTS = 4_000


def lines(
    title: str, x: Array, curves: Mapping[str, Array], labels: tuple[str, str] = ("", ""), log_y: bool = False
) -> str:
    """Curves (n,) over x (n,)."""
    shown = {name: np.log10(np.maximum(y, 1e-6)) if log_y else y for name, y in curves.items()}
    frame = _Frame(title, labels, x, np.concatenate([*shown.values(), np.zeros(0)]), log_y)
    for k, (name, y) in enumerate(shown.items()):
        path = "L".join(f"{frame.x(a):.1f} {frame.y(b):.1f}" for a, b in zip(x, y, strict=True))
        frame.parts.append(f'<path d="M{path}" fill="none" stroke="{COLORS[k % len(COLORS)]}" stroke-width="1.6"/>')
        frame.legend(k, name)
    return frame.svg()


def dots(title: str, groups: Mapping[str, tuple[Array, Array]], labels: tuple[str, str]) -> str:
    """A dot for each pair of a group, thinned evenly to MOST_DOTS; later groups lie above."""
    x, y = (np.concatenate([pair[axis] for pair in groups.values()]) for axis in (0, 1))
    frame = _Frame(title, labels, x, y)
    for k, (name, (a, b)) in enumerate(groups.items()):
        some = np.linspace(0, len(a) - 1, min(len(a), MOST_DOTS)).astype(np.int64)
        path = "".join(f"M{frame.x(u):.0f} {frame.y(v):.0f}h0" for u, v in zip(a[some], b[some], strict=True))
        stroke = f'stroke="{COLORS[k % len(COLORS)]}" stroke-width="{3 + 2 * k}" stroke-linecap="round"'
        frame.parts.append(f'<path d="{path}" {stroke} stroke-opacity="{0.3 + 0.4 * min(k, 1)}"/>')
        frame.legend(k, f"{name} ({len(a):,})")
    return frame.svg()


class _Frame:
    """Axes of a drawing: `x` and `y` give places of values."""

    def __init__(self, title: str, labels: tuple[str, str], x: Array, y: Array, log_y: bool = False) -> None:
        self.title, self.log_y = title, log_y
        self.span_x, self.span_y = _span(x), _span(y)
        self.parts = [
            f'<text x="{_LEFT}" y="18" font-weight="600">{escape(title)}</text>',
            f'<text x="{WIDE - _RIGHT}" y="{TALL - 6}" text-anchor="end">{escape(labels[0])}</text>',
            f'<text x="4" y="{_TOP + 10}">{escape(labels[1])}</text>', *self._ticks(),
        ]  # fmt: skip

    def x(self, value: float) -> float:
        low, high = self.span_x
        return _LEFT + (value - low) / (high - low) * (WIDE - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high = self.span_y
        return TALL - _BOTTOM - (value - low) / (high - low) * (TALL - _TOP - _BOTTOM)

    def legend(self, number: int, name: str) -> None:
        color, x = COLORS[number % len(COLORS)], _LEFT + 12 + number * 130
        self.parts.append(f'<text x="{x}" y="{_TOP + 14}" fill="{color}">{escape(name)}</text>')

    def svg(self) -> str:
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {TALL}" role="img" font-size="12" '
        style = 'font-family="Inter, sans-serif" fill="#33475b" style="background:#fff">'
        return f"{head}{style}<title>{escape(self.title)}</title>{''.join(self.parts)}</svg>\n"

    def _ticks(self) -> Sequence[str]:
        out = []
        for k in range(5):
            a = self.span_x[0] + (self.span_x[1] - self.span_x[0]) * k / 4
            b = self.span_y[0] + (self.span_y[1] - self.span_y[0]) * k / 4
            text = f"{10**b:.3g}" if self.log_y else f"{b:,.4g}"
            out.append(f'<text x="{self.x(a):.0f}" y="{TALL - 22}" text-anchor="middle">{a:,.4g}</text>')
            out.append(f'<text x="{_LEFT - 6}" y="{self.y(b) + 4:.0f}" text-anchor="end">{text}</text>')
            out.append(f'<path d="M{_LEFT} {self.y(b):.0f}H{WIDE - _RIGHT}" stroke="#dde4ec"/>')
        return out


def _span(values: Array) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
