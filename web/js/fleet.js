// Every aircraft now in the sky: rows for the screen in one typed array (drawn as it lies), what is known of it beside.
import { quickRgb } from './altitude.js';
import { Columns, Craft, idOf, keyOf } from './craft.js';
import { BLOCK, Changes, HIDDEN, sift } from './fleet_marks.js';
import { latOf, lngOf, mercatorVelocityInto, mercatorX, mercatorY } from './geo.js';
import { outline, shapeByType } from './silhouettes.js';

// x, y, vx, vy, ex, ey, data time, wall time, colour (4 bytes), track, shape, emphasis
export const STRIDE = 12;
const [, , VX, VY, EX, EY, T0, TW, RGBA, TRACK, SHAPE_AT, EMPHASIS] = Array.from({ length: STRIDE }, (_, i) => i);
export const REACH_S = 60; // an aircraft is moved on by its last speed for no longer than this, and back for half of it
const GONE_MS = 300_000;
const EASE = 3; // per second: how fast a wrong guess is made good

export class Fleet {
  #rows = new Float32Array(0);
  #bytes = new Uint8Array(0);
  #changes = new Changes();
  #craft = [];
  #slots = new Map();
  #base = NaN; // epoch ms that the float32 seconds count from
  #emphasised = null;
  #clock;
  #wall;
  #smooth;
  #round = 0;
  #easing = true; // read once for each batch, as is the wall clock
  #at = 0; // wall seconds
  #sieve = null;
  #hidden = 0;
  #x = 0; // where #locate() last found an aircraft, mercator units
  #y = 0;
  columns = new Columns();
  reach = REACH_S; // longer where time runs fast, and a position has to do for longer
  version = 0; // goes up with every change: the layer uploads what changed since the one it drew

  // `smooth`: whether a correction is let in slowly.
  constructor({ clock, wall = () => performance.now() / 1000, smooth = () => true }) {
    this.#clock = clock;
    this.#wall = wall;
    this.#smooth = smooth;
  }

  // Tables of columns as arrow.js reads them. `whole`: who is in none of them has gone.
  apply(tables, { time = NaN, whole = false } = {}) {
    const first = tables.find((one) => one.size)?.columns.position_time[0];
    const now = this.#begin(Number.isFinite(time) ? time : first);
    this.version += 1;
    this.#round += 1;
    for (const { size, columns } of tables) for (let i = 0; i < size; i += 1) this.#put(columns, i, now);
    const { round, time: heard } = this.columns;
    this.#sweep((slot) => (whole ? round[slot] !== this.#round : Math.abs(time - heard[slot]) > GONE_MS));
    if (this.#sieve) this.#sift();
  }

  // Shows only those that pass: (columns, slot, aircraft) => whether it does; all of them again for null.
  sift(sieve) {
    if (!sieve && !this.#sieve) return;
    this.#sieve = sieve;
    this.version += 1;
    this.#sift();
  }

  #sift() {
    this.#hidden = sift(this.columns, this.#craft, this.#emphasised, this.#sieve, (slot, look) => {
      if (this.#rows[slot * STRIDE + EMPHASIS] !== look) this.#mark(slot);
      this.#rows[slot * STRIDE + EMPHASIS] = look;
    });
  }

  emphasise(id) {
    this.#emphasised = id ? keyOf(id) : null;
    this.version += 1;
    this.#sift();
  }

  clear() {
    while (this.size) this.#drop(this.size - 1);
    [this.#base, this.#hidden] = [NaN, 0];
    this.version += 1;
  }

  get size() {
    return this.#craft.length;
  }

  // How many the sieve lets through.
  get shown() {
    return this.size - this.#hidden;
  }

  isShown(slot) {
    return this.#rows[slot * STRIDE + EMPHASIS] !== HIDDEN;
  }

  // All rows that there is room for: of them, `size` are drawn.
  room = () => this.#rows;

  // fn(start, length) in numbers of room(), for each run of blocks that changed after that version.
  eachChange(version, fn) {
    this.#changes.each(this.size, version, (first, count) => fn(first * STRIDE, count * STRIDE));
  }

  seconds(ms) {
    return (ms - this.#base) / 1000;
  }

  all() {
    return this.#craft;
  }

  get(id) {
    return this.#craft[this.#slots.get(keyOf(id))];
  }

  // [lng, lat] of one aircraft as it is drawn, or null.
  where(id, now = this.#clock.now()) {
    const slot = this.#slots.get(keyOf(id));
    if (slot === undefined) return null;
    this.#at = this.#wall();
    this.#locate(slot, now);
    return [lngOf(this.#x), latOf(this.#y)];
  }

  // fn(aircraft, x, y) in mercator units, for each that is shown.
  eachWhere(fn, now = this.#clock.now()) {
    this.#at = this.#wall();
    for (let slot = 0; slot < this.#craft.length; slot++) {
      if (this.#hidden && !this.isShown(slot)) continue;
      this.#locate(slot, now);
      fn(this.#craft[slot], this.#x, this.#y);
    }
  }

  #begin(ms) {
    if (Number.isNaN(this.#base)) this.#base = ms ?? NaN;
    this.#at = this.#wall();
    this.#easing = this.#smooth();
    const now = this.#clock.now();
    return Number.isFinite(now) ? now : ms;
  }

  #mark(slot) {
    this.#changes.mark(slot, this.version);
  }

  #slotFor(key, icao24, sub) {
    const slot = this.#craft.length;
    this.#grow(slot + 1);
    this.columns.wipe(slot);
    this.#rows.fill(0, slot * STRIDE, (slot + 1) * STRIDE);
    this.#rows[slot * STRIDE + EMPHASIS] = key === this.#emphasised ? 1 : 0;
    this.#craft.push(new Craft(this.columns, key, idOf(icao24, sub), slot));
    this.#slots.set(key, slot);
    return slot;
  }

  #grow(length) {
    if (length * STRIDE <= this.#rows.length) return;
    const room = Math.max(4 * BLOCK, 2 ** Math.ceil(Math.log2(length)));
    const wider = new Float32Array(room * STRIDE);
    wider.set(this.#rows);
    this.#rows = wider;
    this.#bytes = new Uint8Array(wider.buffer);
    this.#changes.grow(room);
    this.columns.grow(room);
  }

  #put(columns, i, now) {
    const sub = columns.sub ? columns.sub[i] : 0;
    const icao24 = columns.icao24[i];
    if (!Number.isFinite(columns.lat[i]) || !Number.isFinite(columns.lon[i]) || !Number.isFinite(icao24)) return;
    const key = sub ? `${icao24}/${sub}` : icao24;
    const known = this.#slots.get(key);
    if (known !== undefined) this.#locate(known, now);
    const oldX = this.#x;
    const oldY = this.#y;
    const slot = known ?? this.#slotFor(key, icao24, sub);
    this.columns.round[slot] = this.#round;
    this.columns.time[slot] = columns.position_time[i];
    if (this.columns.take(slot, columns, i)) this.columns.kind[slot] = shapeByType(this.#craft[slot].type_code);
    if (columns.registration) this.#craft[slot].learn(columns, i);
    this.#place(slot);
    if (known !== undefined && this.#easing) this.#ease(slot, oldX, oldY, now);
    this.#dress(slot);
    this.#mark(slot);
  }

  #place(slot) {
    const at = slot * STRIDE;
    const rows = this.#rows;
    const { lon, lat, ground, ground_speed: speed, track, time } = this.columns;
    rows[at] = mercatorX(lon[slot]);
    rows[at + 1] = mercatorY(lat[slot]);
    mercatorVelocityInto(rows, at + VX, lat[slot], ground[slot] ? NaN : speed[slot], track[slot]);
    rows[at + EX] = rows[at + EY] = 0;
    rows[at + T0] = this.seconds(time[slot]);
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

  #dress(slot) {
    const at = slot * STRIDE;
    const { baro_altitude: altitude, ground, ground_speed: speed, kind, track } = this.columns;
    const byte = (at + RGBA) * 4;
    this.#bytes.set(quickRgb(altitude[slot], ground[slot] === 1), byte);
    this.#bytes[byte + 3] = 255;
    this.#rows[at + TRACK] = ((track[slot] || 0) * Math.PI) / 180;
    this.#rows[at + SHAPE_AT] = outline(kind[slot], ground[slot], track[slot], speed[slot], altitude[slot]);
  }

  #locate(slot, now) {
    const at = slot * STRIDE;
    const rows = this.#rows;
    const age = Math.max(-this.reach / 2, Math.min(this.reach, this.seconds(now) - rows[at + T0]));
    const left = rows[at + EX] || rows[at + EY] ? Math.exp(-Math.max(0, this.#at - rows[at + TW]) * EASE) : 0;
    this.#x = rows[at] + rows[at + VX] * age + rows[at + EX] * left;
    this.#y = rows[at + 1] + rows[at + VY] * age + rows[at + EY] * left;
  }

  #sweep(gone) {
    for (let slot = this.#craft.length - 1; slot >= 0; slot--) if (gone(slot)) this.#drop(slot);
  }

  #drop(slot) {
    const last = this.#craft.length - 1;
    const gone = this.#craft[slot];
    this.#slots.delete(gone.key);
    if (slot !== last) {
      this.#rows.copyWithin(slot * STRIDE, last * STRIDE, (last + 1) * STRIDE);
      this.columns.move(last, slot);
      this.#craft[slot] = this.#craft[last];
      this.#craft[slot].slot = slot;
      this.#slots.set(this.#craft[slot].key, slot);
      this.#mark(slot);
    }
    this.#craft.pop();
    gone.slot = -1;
  }
}
