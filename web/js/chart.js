// Small charts, one below the other, that share their time and their cursor. uPlot is only fetched for the first of them.
import { drawLimits, limitsNear } from './limits.js';
import { linesOf, MEASURES } from './series.js';
import { ink, smallFont } from './theme.js';
import { clockText, zoneName } from './time.js';
import { unitOf } from './units.js';

const TALL = 96;
const LAST = 22; // more for the one that carries the time axis
export const INKS = ['--chart-a', '--chart-b', '--chart-c', '--chart-d', '--chart-e', '--chart-f'];

let library = null;

async function plotter() {
  library ??= import('uplot');
  return (await library).default;
}

// Measures of which there is anything to draw, with their lines.
export function drawable(tracks) {
  return MEASURES.map((measure) => ({ measure, lines: linesOf(measure, tracks) })).filter(({ lines }) => lines.length);
}

// Draws each measure into the host of its key; returns what takes them all away. `told(seconds)` hears the cursor.
export async function drawCharts(hosts, charts, { span, mark, told }) {
  const UPlot = await plotter();
  const sync = UPlot.sync(`charts-${performance.now()}`);
  const plots = charts
    .filter(({ measure }) => hosts.get(measure.key)?.isConnected)
    .map(({ measure, lines }, i, all) => {
      const host = hosts.get(measure.key);
      const last = i === all.length - 1;
      const { options, data } = plan(UPlot, { measure, lines, span, mark, last, sync, told });
      const plot = new UPlot({ ...options, width: host.clientWidth || 320 }, data, host);
      sync.sub(plot);
      return { plot, host, tall: options.height };
    });
  const watch = new ResizeObserver(() => plots.forEach(({ plot, host, tall }) => plot.setSize({ width: host.clientWidth, height: tall })));
  if (plots.length) watch.observe(plots[0].host);
  return () => {
    watch.disconnect();
    for (const { plot } of plots) plot.destroy();
  };
}

function plan(UPlot, { measure, lines, span, mark, last, sync, told }) {
  const { per } = unitOf(measure.kind);
  const scaled = lines.map(({ table: [times, values] }) => [times, values.map((v) => (v === null ? null : v * per))]);
  const colors = ink(...lines.map(({ index }, i) => INKS[(lines.length > 1 && !index ? i : index) % INKS.length]));
  const limits = near(mark.limits ?? [], measure, lines);
  const options = {
    height: TALL + (last ? LAST : 0),
    tzDate: (s) => UPlot.tzDate(new Date(s * 1000), zoneName()),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 }, sync: { key: sync.key } },
    legend: { show: false },
    padding: [8, 16, last ? 0 : 8, 0],
    scales: { x: { time: true, range: () => span.map((ms) => ms / 1000) }, y: { range: (_, lo, hi) => room(...wide(lo, hi, limits, per), measure, per) } },
    series: [{}, ...lines.map((_, i) => stroke(UPlot, colors[i], measure, i))],
    axes: axes(last),
    hooks: {
      drawClear: [(plot) => shade(plot, mark)],
      draw: [(plot) => drawLimits(plot, limits, per, ink('--bad')[0])],
      setCursor: [(plot) => told?.(plot.cursor.idx === null || plot.cursor.idx === undefined ? null : plot.posToVal(plot.cursor.left, 'x'))],
    },
  };
  return { options, data: scaled.length > 1 ? UPlot.join(scaled) : scaled[0] };
}

const stroke = (UPlot, color, measure, i) => ({
  stroke: color,
  width: 1.5,
  dash: i ? [4, 3] : [],
  paths: measure.stepped ? UPlot.paths.stepped({ align: 1 }) : undefined,
  points: { show: false },
});

function near(limits, measure, lines) {
  const values = lines.flatMap(({ table }) => table[1]).filter((value) => value !== null);
  const [lo, hi] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  return limitsNear(limits, measure, lo, hi);
}

const wide = (lo, hi, limits, per) => limits.reduce(([a, b], { value }) => [Math.min(a, value * per), Math.max(b, value * per)], [lo, hi]);

function room(lo, hi, { least = 1, range, around }, per) {
  if (range) return range;
  if (!Number.isFinite(lo) || !Number.isFinite(hi)) return [0, least * per];
  if (around) {
    const most = Math.max(Math.abs(lo), Math.abs(hi), least * per) * 1.1;
    return [-most, most];
  }
  const pad = Math.max(least * per - (hi - lo), (hi - lo) * 0.12) / 2;
  return [lo >= 0 ? Math.max(0, lo - pad) : lo - pad, hi + pad];
}

function axes(last) {
  const [word, line] = ink('--quiet', '--line');
  const base = { stroke: word, font: smallFont(), grid: { stroke: line, width: 1 }, ticks: { show: false }, gap: 4 };
  const clock = (_, splits) => splits.map((s) => clockText(s * 1000, false));
  const short = (_, splits) => splits.map((v) => (Math.abs(v) >= 10_000 ? `${Math.round(v / 100) / 10}k` : v.toLocaleString('en')));
  return [
    { ...base, size: last ? LAST : 0, values: last ? clock : () => [], space: 62 },
    { ...base, size: 44, values: short, space: 26 },
  ];
}

// The anomalous stretch as a band; within it a line for each sample that fired.
function shade(plot, { start, end, color, samples }) {
  const { ctx, bbox } = plot;
  const x = (ms) => Math.max(bbox.left, Math.min(bbox.left + bbox.width, plot.valToPos(ms / 1000, 'x', true)));
  if (!color) return;
  const [left, right] = [x(start), x(end)];
  ctx.save();
  ctx.fillStyle = color;
  ctx.globalAlpha = 0.16;
  ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  ctx.globalAlpha = 0.9;
  ctx.fillRect(left, bbox.top, Math.max(2, right - left), 2);
  ctx.globalAlpha = 0.55;
  for (const ms of samples) ctx.fillRect(x(ms), bbox.top, 1, bbox.height);
  ctx.restore();
}
