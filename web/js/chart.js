// Altitude and speed against time, the anomalous stretch marked. uPlot is only fetched when the first chart is drawn.
import { clockText } from './time.js';

let library = null;

async function plotter() {
  library ??= import('uplot');
  return (await library).default;
}

// Draws into `host`; returns what takes the chart away again.
export async function drawChart(host, rows, { start, end, color }) {
  const UPlot = await plotter();
  if (!host.isConnected) return () => {};
  const options = {
    width: host.clientWidth || 320,
    height: 168,
    tzDate: (s) => UPlot.tzDate(new Date(s * 1000), 'Etc/UTC'),
    cursor: { points: { size: 5 }, drag: { x: false, y: false } },
    legend: { show: false },
    padding: [10, 4, 0, 4],
    scales: { ft: { range: (_, lo, hi) => room(lo, hi, 2000) }, kt: { range: (_, lo, hi) => room(lo, hi, 100) } },
    series: [
      {},
      { label: 'Altitude', scale: 'ft', stroke: '#5ab4ff', width: 1.6, spanGaps: false, points: { show: false } },
      {
        label: 'Speed',
        scale: 'kt',
        stroke: '#c9a2ff',
        width: 1.2,
        dash: [4, 3],
        spanGaps: false,
        points: { show: false },
      },
    ],
    axes: [
      axis({ values: (_, splits) => splits.map((s) => clockText(s * 1000, false)), space: 64 }),
      axis({ scale: 'ft', size: 46, values: (_, splits) => splits.map((v) => (v >= 1000 ? `${v / 1000}k` : v)) }),
      axis({ scale: 'kt', side: 1, size: 38, grid: { show: false } }),
    ],
    hooks: { drawClear: [(plot) => shade(plot, start / 1000, end / 1000, color)] },
  };
  const data = [rows.map((r) => r.time / 1000), rows.map((r) => gap(r.altitude)), rows.map((r) => gap(r.speed))];
  const plot = new UPlot(options, data, host);
  readout(plot, host, rows);
  const watch = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: options.height }));
  watch.observe(host);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}

const gap = (value) => (Number.isFinite(value) ? value : null);

function room(lo, hi, least) {
  if (!Number.isFinite(lo) || !Number.isFinite(hi)) return [0, least];
  const pad = Math.max(least - (hi - lo), (hi - lo) * 0.12) / 2;
  return [Math.max(lo >= 0 ? 0 : lo, lo - pad), hi + pad];
}

function axis(more) {
  return {
    stroke: '#8096ae',
    font: '500 10.5px Inter, sans-serif',
    grid: { stroke: '#172232', width: 1 },
    ticks: { show: false },
    gap: 4,
    size: 26,
    ...more,
  };
}

function shade(plot, start, end, color) {
  const { ctx, bbox } = plot;
  const left = Math.max(bbox.left, plot.valToPos(start, 'x', true));
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(end, 'x', true));
  ctx.save();
  ctx.globalAlpha = 0.18;
  ctx.fillStyle = color;
  ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  ctx.globalAlpha = 0.9;
  ctx.fillRect(left, bbox.top, Math.max(2, right - left), 2);
  ctx.restore();
}

// One line of words for the point under the cursor.
function readout(plot, host, rows) {
  const line = host.parentElement?.querySelector('.chart-readout');
  if (!line) return;
  const rest = line.textContent;
  plot.over.addEventListener('mousemove', () => {
    const row = rows[plot.cursor.idx];
    if (!row) return;
    const parts = [
      clockText(row.time),
      Number.isFinite(row.altitude) && `${Math.round(row.altitude).toLocaleString('en')} ft`,
      Number.isFinite(row.speed) && `${Math.round(row.speed)} kt`,
    ];
    line.textContent = parts.filter(Boolean).join(' · ');
  });
  plot.over.addEventListener('mouseleave', () => (line.textContent = rest));
}
