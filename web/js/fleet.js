// Every aircraft now in the sky: rows for the screen in one typed array (drawn as it lies), words beside it.
import { quickRgb } from './altitude.js';
import { latOf, lngOf, mercatorVelocity, mercatorX, mercatorY } from './geo.js';
import { parseTime } from './time.js';
import { shapeOf } from './silhouettes.js';

// x, y, vx, vy, ex, ey, data time, wall time, colour (4 bytes), track, shape, emphasis
export const STRIDE = 12;
const [, , VX, VY, EX, EY, T0, TW, RGBA, TRACK, SHAPE_AT, EMPHASIS] = Array.from({ length: STRIDE }, (_, i) => i);
const AHEAD_S = 60; // an aircraft is moved on by its last speed for no longer than this
const GONE_MS = 300_000;
const EASE = 3; // per second: how fast a wrong guess is made good

export class Fleet {
  #rows = new Float32Array(256 * STRIDE);
  #bytes = new Uint8Array(this.#rows.buffer);
  #craft = [];
  #slots = new Map();
  #base = NaN; // epoch ms that the float32 seconds count from
  #emphasised = '';
  #clock;
  #wall;
  #at = 0; // wall seconds, read once for each batch
  #x = 0; // where #locate() last found an aircraft, mercator units
  #y = 0;
  version = 0; // goes up with every change: the layer uploads when it does

  constructor({ clock, wall = () => performance.now() / 1000 }) {
    this.#clock = clock;
    this.#wall = wall;
  }

  // {time, columns, rows} as the stream sends it.
  applyColumns({ time, columns, rows }) {
    const tick = parseTime(time);
    const now = this.#begin(tick);
    const fields = {};
    for (const row of rows ?? []) {
      for (let i = 0; i < columns.length; i++) fields[columns[i]] = row[i];
      this.#put(fields, fields.position_time ? parseTime(fields.position_time) : tick, now);
    }
    this.#sweep((one) => Math.abs(tick - one.time) > GONE_MS);
    this.version += 1;
  }

  // GeoJSON features as /collections/aircraft gives them: the whole sky of that moment.
  applyFeatures(features) {
    const seen = new Set();
    for (const { id, geometry, properties } of features) {
      if (geometry?.type !== 'Point') continue;
      const time = parseTime(properties.position_time ?? properties.time);
      const [lon, lat] = geometry.coordinates;
      const icao24 = String(id ?? properties.icao24);
      seen.add(icao24);
      this.#put({ ...properties, icao24, lat, lon }, time, this.#begin(time));
    }
    this.#sweep((one) => !seen.has(one.id));
    this.version += 1;
  }

  emphasise(id) {
    this.#emphasised = id ?? '';
    this.#craft.forEach((one, slot) => (this.#rows[slot * STRIDE + EMPHASIS] = one.id === this.#emphasised ? 1 : 0));
    this.version += 1;
  }

  clear() {
    this.#craft.length = 0;
    this.#slots.clear();
    this.#base = NaN;
    this.version += 1;
  }

  get size() {
    return this.#craft.length;
  }

  rows() {
    return this.#rows.subarray(0, this.size * STRIDE);
  }

  seconds(ms) {
    return (ms - this.#base) / 1000;
  }

  all() {
    return this.#craft;
  }

  get(id) {
    return this.#craft[this.#slots.get(id)];
  }

  // [lng, lat] of one aircraft as it is drawn, or null.
  where(id, now = this.#clock.now()) {
    const slot = this.#slots.get(id);
    if (slot === undefined) return null;
    this.#at = this.#wall();
    this.#locate(slot, now);
    return [lngOf(this.#x), latOf(this.#y)];
  }

  // fn(aircraft, x, y) in mercator units, for each.
  eachWhere(fn, now = this.#clock.now()) {
    this.#at = this.#wall();
    for (let slot = 0; slot < this.#craft.length; slot++) {
      this.#locate(slot, now);
      fn(this.#craft[slot], this.#x, this.#y);
    }
  }

  // Nearest aircraft to a mercator point, within `radius` mercator units.
  nearest(x, y, radius, now = this.#clock.now()) {
    let best = null;
    let least = radius;
    this.eachWhere((one, px, py) => {
      const dx = Math.abs(px - (x - Math.floor(x)));
      const distance = Math.hypot(Math.min(dx, Math.abs(dx - 1)), py - y);
      if (distance < least) [best, least] = [one, distance];
    }, now);
    return best;
  }

  #begin(ms) {
    if (Number.isNaN(this.#base)) this.#base = ms;
    this.#at = this.#wall();
    const now = this.#clock.now();
    return Number.isFinite(now) ? now : ms;
  }

  #slotFor(id) {
    let slot = this.#slots.get(id);
    if (slot !== undefined) return slot;
    slot = this.#craft.length;
    if ((slot + 1) * STRIDE > this.#rows.length) this.#grow();
    this.#craft.push({ id });
    this.#slots.set(id, slot);
    this.#rows.fill(0, slot * STRIDE, (slot + 1) * STRIDE);
    return slot;
  }

  #grow() {
    const wider = new Float32Array(this.#rows.length * 2);
    wider.set(this.#rows);
    this.#rows = wider;
    this.#bytes = new Uint8Array(wider.buffer);
  }

  #put(fields, time, now) {
    const { icao24, lat, lon } = fields;
    if (!icao24 || !Number.isFinite(lat) || !Number.isFinite(lon)) return;
    const known = this.#slots.get(icao24);
    if (known !== undefined) this.#locate(known, now);
    const [oldX, oldY] = [this.#x, this.#y];
    const slot = known ?? this.#slotFor(icao24);
    const one = this.#craft[slot];
    take(one, fields);
    one.time = time;
    this.#place(slot, one, time);
    if (known !== undefined) this.#ease(slot, oldX, oldY, now);
    this.#dress(slot, one);
  }

  #place(slot, one, time) {
    const at = slot * STRIDE;
    const rows = this.#rows;
    const moving = !one.on_ground && Number.isFinite(one.ground_speed) && Number.isFinite(one.track);
    const [vx, vy] = moving ? mercatorVelocity(one.lat, one.ground_speed, one.track) : STILL;
    rows[at] = mercatorX(one.lon);
    rows[at + 1] = mercatorY(one.lat);
    rows[at + VX] = vx;
    rows[at + VY] = vy;
    rows[at + EX] = rows[at + EY] = 0;
    rows[at + T0] = this.seconds(time);
    rows[at + TW] = this.#at;
  }

  // The drawn point does not jump to a new fix: what it is off by is let go over the next second.
  #ease(slot, oldX, oldY, now) {
    this.#locate(slot, now);
    const ex = oldX - this.#x;
    const ey = oldY - this.#y;
    if (Math.abs(ex) + Math.abs(ey) > 0.0005) return; // 20 km: another place altogether, so a jump is the truth
    this.#rows[slot * STRIDE + EX] = ex;
    this.#rows[slot * STRIDE + EY] = ey;
  }

  #dress(slot, one) {
    const at = slot * STRIDE;
    const [r, g, b] = quickRgb(one.baro_altitude, one.on_ground);
    const byte = (at + RGBA) * 4;
    this.#bytes[byte] = r;
    this.#bytes[byte + 1] = g;
    this.#bytes[byte + 2] = b;
    this.#bytes[byte + 3] = 255;
    this.#rows[at + TRACK] = ((one.track || 0) * Math.PI) / 180;
    this.#rows[at + SHAPE_AT] = shapeOf(one);
    this.#rows[at + EMPHASIS] = one.id === this.#emphasised ? 1 : 0;
  }

  #locate(slot, now) {
    const at = slot * STRIDE;
    const rows = this.#rows;
    const age = Math.max(-30, Math.min(AHEAD_S, this.seconds(now) - rows[at + T0]));
    const left = rows[at + EX] || rows[at + EY] ? Math.exp(-Math.max(0, this.#at - rows[at + TW]) * EASE) : 0;
    this.#x = rows[at] + rows[at + VX] * age + rows[at + EX] * left;
    this.#y = rows[at + 1] + rows[at + VY] * age + rows[at + EY] * left;
  }

  #sweep(gone) {
    for (let slot = this.#craft.length - 1; slot >= 0; slot--) if (gone(this.#craft[slot])) this.#drop(slot);
  }

  #drop(slot) {
    const last = this.#craft.length - 1;
    this.#slots.delete(this.#craft[slot].id);
    if (slot !== last) {
      this.#rows.copyWithin(slot * STRIDE, last * STRIDE, (last + 1) * STRIDE);
      this.#craft[slot] = this.#craft[last];
      this.#slots.set(this.#craft[slot].id, slot);
    }
    this.#craft.pop();
  }
}

const STILL = [0, 0];
const WORDS = ['callsign', 'squawk', 'type_code', 'registration', 'source', 'emergency'];
const NUMBERS = ['lat', 'lon', 'baro_altitude', 'ground_speed', 'track', 'vertical_rate', 'nic', 'nac_p'];

// Only columns that the source sent are touched: a tick with eight columns does not forget the type.
function take(one, fields) {
  for (const key of WORDS)
    if (key in fields) one[key] = typeof fields[key] === 'string' ? fields[key].slice(0, 40) : '';
  for (const key of NUMBERS) if (key in fields) one[key] = typeof fields[key] === 'number' ? fields[key] : NaN;
  if ('on_ground' in fields) one.on_ground = fields.on_ground === true || fields.on_ground === 1;
}
