// Altitude against speed: the way of one flight among the ordinary traffic of the same minute.
import { h } from './dom.js';
import { ink, smallFont } from './theme.js';
import { unitOf } from './units.js';

const SIDE = { left: 46, right: 8, top: 8, bottom: 30 };
const TALL = 190;

// [x, y] of everyone who says both; on the ground says nothing about flying.
export function spots(features) {
  return features
    .filter(({ on_ground: ground, ground_speed: x, baro_altitude: y }) => !ground && Number.isFinite(x) && Number.isFinite(y))
    .map(({ ground_speed: x, baro_altitude: y }) => [x, y]);
}

// Round ticks from 0: at most five.
export function roundTicks(most) {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

export function drawEnvelope(host, { others, rows, mark }) {
  const canvas = h('canvas', { class: 'envelope', 'aria-hidden': 'true' });
  host.replaceChildren(canvas);
  const width = host.clientWidth || 320;
  const ratio = Math.min(2, devicePixelRatio);
  Object.assign(canvas, { width: width * ratio, height: TALL * ratio });
  const ctx = canvas.getContext('2d');
  ctx.scale(ratio, ratio);
  ctx.font = smallFont();
  const own = rows.filter((row) => Number.isFinite(row.speed) && Number.isFinite(row.altitude));
  const frame = frameOf(width, [...others, ...own.map((row) => [row.speed, row.altitude])]);
  axes(ctx, frame, width);
  const [dots, way] = ink('--dots', '--text');
  ctx.fillStyle = dots;
  for (const [x, y] of others) ctx.fillRect(frame.x(x) - 1, frame.y(y) - 1, 2, 2);
  path(ctx, frame, own, way, 1, 0.45);
  path(ctx, frame, own.filter((row) => row.time >= mark.start && row.time <= mark.end), mark.color || way, 2.2, 1); // prettier-ignore
}

function frameOf(width, points) {
  const most = (i, least) => points.reduce((top, point) => Math.max(top, point[i]), least) * 1.04;
  const [right, top] = [most(0, 200), most(1, 5000)];
  const wide = width - SIDE.left - SIDE.right;
  const tall = TALL - SIDE.top - SIDE.bottom;
  return { right, top, x: (v) => SIDE.left + (v / right) * wide, y: (v) => SIDE.top + tall - (Math.max(0, v) / top) * tall };
}

function axes(ctx, { right, top, x, y }, width) {
  const [line, word] = ink('--line', '--quiet');
  const [speed, altitude] = [unitOf('speed'), unitOf('altitude')];
  for (const at of roundTicks(right * speed.per)) {
    ctx.fillStyle = line;
    ctx.fillRect(x(at / speed.per), SIDE.top, 1, TALL - SIDE.top - SIDE.bottom);
    ctx.fillStyle = word;
    ctx.textAlign = 'center';
    ctx.fillText(at.toLocaleString('en'), x(at / speed.per), TALL - SIDE.bottom + 13);
  }
  for (const at of roundTicks(top * altitude.per)) {
    ctx.fillStyle = line;
    ctx.fillRect(SIDE.left, y(at / altitude.per), width - SIDE.left - SIDE.right, 1);
    ctx.fillStyle = word;
    ctx.textAlign = 'right';
    ctx.fillText(at >= 10_000 ? `${at / 1000}k` : at.toLocaleString('en'), SIDE.left - 5, y(at / altitude.per) + 4);
  }
  ctx.textAlign = 'right';
  ctx.fillText(speed.unit, width - SIDE.right, TALL - 4);
  ctx.textAlign = 'left';
  ctx.fillText(altitude.unit, 4, SIDE.top + 8);
}

function path(ctx, { x, y }, rows, color, width, alpha) {
  if (!rows.length) return;
  ctx.save();
  Object.assign(ctx, { strokeStyle: color, fillStyle: color, lineWidth: width, globalAlpha: alpha, lineJoin: 'round' });
  ctx.beginPath();
  rows.forEach((row, i) => (i ? ctx.lineTo(x(row.speed), y(row.altitude)) : ctx.moveTo(x(row.speed), y(row.altitude))));
  ctx.stroke();
  const last = rows[rows.length - 1];
  ctx.beginPath();
  ctx.arc(x(last.speed), y(last.altitude), width + 1, 0, 2 * Math.PI);
  ctx.fill();
  ctx.restore();
}
