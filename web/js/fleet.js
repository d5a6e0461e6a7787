// Every aircraft now in the sky: rows for the screen in one typed array (drawn as it lies), words beside it.
import { altitudeRgb } from './altitude.js';
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
  version = 0; // goes up with every change: the layer uploads when it does

  constructor({ clock, wall = () => performance.now() / 1000 }) {
    this.#clock = clock;
    this.#wall = wall;
  }

  // {time, columns, rows} as the stream sends it.
  applyColumns({ time, columns, rows }) {
    const tick = parseTime(time);
    const now = this.#from(tick);
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
      this.#put({ ...properties, icao24, lat, lon }, time, this.#from(time));
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
    const [x, y] = this.#whereSlot(slot, now);
    return [lngOf(x), latOf(y)];
  }

  // fn(aircraft, x, y) in mercator units, for each.
  eachWhere(fn, now = this.#clock.now()) {
    for (let slot = 0; slot < this.#craft.length; slot++) {
      const [x, y] = this.#whereSlot(slot, now);
      fn(this.#craft[slot], x, y);
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

  #from(ms) {
    if (Number.isNaN(this.#base)) this.#base = ms;
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
    const before = this.#slots.has(icao24) ? this.#whereSlot(this.#slots.get(icao24), now) : null;
    const slot = this.#slotFor(icao24);
    const one = Object.assign(this.#craft[slot], known(fields), { time });
    const moving = !one.on_ground && Number.isFinite(one.ground_speed) && Number.isFinite(one.track);
    const [vx, vy] = moving ? mercatorVelocity(lat, one.ground_speed, one.track) : [0, 0];
    this.#rows.set([mercatorX(lon), mercatorY(lat), vx, vy, 0, 0, this.seconds(time), this.#wall()], slot * STRIDE);
    if (before) this.#ease(slot, before, now);
    this.#dress(slot, one);
  }

  // The drawn point does not jump to a new fix: what it is off by is let go over the next second.
  #ease(slot, before, now) {
    const [x, y] = this.#whereSlot(slot, now);
    const ex = before[0] - x;
    const ey = before[1] - y;
    if (Math.hypot(ex, ey) > 0.0005) return; // 20 km: another place altogether, so a jump is the truth
    this.#rows[slot * STRIDE + EX] = ex;
    this.#rows[slot * STRIDE + EY] = ey;
  }

  #dress(slot, one) {
    const at = slot * STRIDE;
    const look = { altitude: one.baro_altitude, speed: one.ground_speed, onGround: one.on_ground, track: one.track };
    this.#bytes.set([...altitudeRgb(one.baro_altitude, one.on_ground), 255], (at + RGBA) * 4);
    this.#rows[at + TRACK] = ((one.track || 0) * Math.PI) / 180;
    this.#rows[at + SHAPE_AT] = shapeOf(one.type_code, look);
    this.#rows[at + EMPHASIS] = one.id === this.#emphasised ? 1 : 0;
  }

  #whereSlot(slot, now) {
    const at = slot * STRIDE;
    const rows = this.#rows;
    const age = Math.max(-30, Math.min(AHEAD_S, this.seconds(now) - rows[at + T0]));
    const left = Math.exp(-Math.max(0, this.#wall() - rows[at + TW]) * EASE);
    return [rows[at] + rows[at + VX] * age + rows[at + EX] * left, rows[at + 1] + rows[at + VY] * age + rows[at + EY] * left];
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

const WORDS = ['callsign', 'squawk', 'type_code', 'registration', 'source', 'emergency'];
const NUMBERS = ['baro_altitude', 'ground_speed', 'track', 'vertical_rate', 'nic', 'nac_p', 'lat', 'lon'];

// Only columns that the source sent are touched: a tick with eight columns does not forget the type.
function known(fields) {
  const out = {};
  for (const key of WORDS) if (key in fields) out[key] = typeof fields[key] === 'string' ? fields[key].slice(0, 40) : '';
  for (const key of NUMBERS) if (key in fields) out[key] = typeof fields[key] === 'number' ? fields[key] : NaN;
  if ('on_ground' in fields) out.on_ground = fields.on_ground === true || fields.on_ground === 1;
  return out;
}
