// Thresholds as lines of a chart: which parameters of a class bound the column that the chart shows, and at what value.
import { limitsIn, words } from './evidence.js';

const EITHER_SIGN = /^\|(\w+)\|$/;

// [{name, column, value}], in the unit of the column; a bound of either sign gives two lines.
export function limitsOf(evidence, params = {}) {
  const values = limitsIn(evidence, params);
  return Object.entries(params).flatMap(([name, { column }]) => {
    const value = Number(values[name]?.value ?? values[name] ?? NaN);
    if (!column || !Number.isFinite(value)) return [];
    const [, both] = EITHER_SIGN.exec(column) ?? [];
    return (both ? [value, -value] : [value]).map((one) => ({ name: words(name), column: both ?? column, value: one }));
  });
}

// Those near enough to the values (lo to hi) to be drawn among them: a line far away would flatten what was measured.
export function limitsNear(limits, { column, least = 1 }, lo, hi) {
  const reach = Math.max(hi - lo, least);
  return limits.filter((one) => one.column === column && one.value >= lo - reach && one.value <= hi + reach);
}

// Dashed lines across the plot, each with its name at the right end; `per` turns the values into the unit of the axis.
export function drawLimits(plot, limits, per, color) {
  const { ctx, bbox } = plot;
  const dot = devicePixelRatio;
  ctx.save();
  Object.assign(ctx, { strokeStyle: color, fillStyle: color, lineWidth: dot, textAlign: 'right', textBaseline: 'bottom' });
  ctx.font = `500 ${10 * dot}px Inter, sans-serif`;
  ctx.setLineDash([2 * dot, 3 * dot]);
  for (const { name, value } of limits) {
    const y = Math.round(plot.valToPos(value * per, 'y', true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(name, bbox.left + bbox.width - 3 * dot, y - dot);
  }
  ctx.restore();
}
