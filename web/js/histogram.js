// Anomalies per stretch of time, stacked by class: first as plain numbers, then drawn on a canvas.
import { ink, smallFont } from './theme.js';
import { clockText, dayText, ticks } from './time.js';

// [{total, by: Map(class -> n)}], an anomaly counting in the bucket in which it began (or was first in sight).
export function bucketsOf(list, start, end, n) {
  const buckets = Array.from({ length: n }, () => ({ total: 0, by: new Map() }));
  const width = (end - start) / n;
  for (const one of list) {
    if (one.end < start || one.start >= end) continue;
    const bucket = buckets[Math.max(0, Math.min(n - 1, Math.floor((one.start - start) / width)))];
    bucket.total += 1;
    bucket.by.set(one.cls, (bucket.by.get(one.cls) ?? 0) + 1);
  }
  return buckets;
}

const AXIS = 18; // px below the bars, for the times
const BAR = 9; // px of one bar with its gap

export function drawHistogram(canvas, { list, classes, start, end, cursor, live }) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  const ratio = Math.min(2, devicePixelRatio);
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext('2d');
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const x = (ms) => ((ms - start) / (end - start)) * width;
  const floor = height - AXIS;
  drawTicks(ctx, { start, end, width, height, floor, x });
  drawBars(ctx, { list, classes, start, end, width, floor, cursor });
  drawCursor(ctx, { x: Math.max(1, Math.min(width - 1, x(cursor))), floor, live });
}

// The day stands where one begins.
function tickText(ms) {
  const clock = clockText(ms, false);
  return clock === '00:00' ? dayText(ms) : clock;
}

function drawTicks(ctx, { start, end, width, height, floor, x }) {
  ctx.font = smallFont();
  const [lineInk, wordInk, baseInk] = ink('--line', '--quiet', '--line-strong');
  ctx.textAlign = 'center';
  for (const t of ticks(start, end, Math.max(2, Math.floor(width / 84)))) {
    const at = Math.round(x(t)) + 0.5;
    ctx.fillStyle = lineInk;
    ctx.fillRect(at - 0.5, 4, 1, floor - 4);
    if (at < 20 || at > width - 20) continue;
    ctx.fillStyle = wordInk;
    ctx.fillText(tickText(t), at, height - 4);
  }
  ctx.fillStyle = baseInk;
  ctx.fillRect(0, floor, width, 1);
}

function drawBars(ctx, { list, classes, start, end, width, floor, cursor }) {
  const n = Math.max(12, Math.floor(width / BAR));
  const buckets = bucketsOf(list, start, end, n);
  const most = Math.max(4, ...buckets.map((bucket) => bucket.total));
  const step = width / n;
  buckets.forEach((bucket, i) => {
    let y = floor;
    ctx.globalAlpha = start + (i * (end - start)) / n > cursor ? 0.3 : 1;
    for (const { id, color } of classes) {
      const tall = ((bucket.by.get(id) ?? 0) / most) * (floor - 8);
      if (!tall) continue;
      ctx.fillStyle = color;
      ctx.fillRect(i * step + 1, y - tall, step - 2, tall);
      y -= tall;
    }
  });
  ctx.globalAlpha = 1;
}

function drawCursor(ctx, { x, floor, live }) {
  [ctx.fillStyle] = ink(live ? '--good' : '--text');
  ctx.fillRect(x - 0.75, 2, 1.5, floor - 2);
  ctx.beginPath();
  ctx.moveTo(x - 5, 0);
  ctx.lineTo(x + 5, 0);
  ctx.lineTo(x, 6);
  ctx.fill();
}
