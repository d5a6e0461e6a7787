// What is known of every aircraft, as columns by slot; an aircraft is a thin object that reads its own row.
import { wordText } from './arrow.js';

const NON_ICAO = 2 ** 24;
const SYNTHETIC = 2 ** 48;
const WORDS = 4; // callsign: two times four bytes, squawk, type
const NUMBERS = ['lon', 'lat', 'track', 'baro_altitude', 'ground_speed', 'vertical_rate'];

// The number of an address as the server stores it, of `abc123`, `~abc123` or `x0123456789`; a text for a sub-track.
export function keyOf(id) {
  const [own, sub] = String(id).split('/');
  const number = parseInt(own.replace(/^[~x]/, ''), 16);
  const key = number + (own[0] === '~' ? NON_ICAO : own[0] === 'x' ? SYNTHETIC : 0);
  return sub ? `${key}/${sub}` : key;
}

// The number of the address alone: a sub-track's anomalies are its address's.
export const ownKey = (key) => (typeof key === 'string' ? parseInt(key, 10) : key);

export function idOf(icao24, sub = 0) {
  const hex = (number, digits) => number.toString(16).padStart(digits, '0');
  const own =
    icao24 >= SYNTHETIC
      ? `x${hex(icao24 - SYNTHETIC, 10)}`
      : `${icao24 >= NON_ICAO ? '~' : ''}${hex(icao24 % NON_ICAO, 6)}`;
  return sub ? `${own}/${sub}` : own;
}

export class Columns {
  #length = 0;

  constructor() {
    for (const name of NUMBERS) this[name] = new Float32Array(0);
    this.time = new Float64Array(0); // of the position, epoch ms
    this.round = new Uint32Array(0); // when it was last told of
    this.ground = new Uint8Array(0);
    this.kind = new Int8Array(0); // outline by its type, -1 where that is not known
    this.words = new Uint32Array(0);
  }

  grow(length) {
    if (length <= this.#length) return;
    this.#length = Math.max(256, length, this.#length * 2);
    for (const [name, width] of this.#each()) {
      const wider = new this[name].constructor(this.#length * width);
      wider.set(this[name]);
      this[name] = wider;
    }
  }

  move(from, to) {
    for (const [name, width] of this.#each()) this[name].copyWithin(to * width, from * width, (from + 1) * width);
  }

  wipe(slot) {
    for (const name of NUMBERS) this[name][slot] = NaN;
    this.words.fill(0, slot * WORDS, (slot + 1) * WORDS);
    this.kind[slot] = -1;
    this.ground[slot] = 0;
  }

  // Row i of a table of columns; only those that it has. Whether the type became another.
  take(slot, columns, i) {
    for (const name of NUMBERS) if (columns[name]) this[name][slot] = columns[name][i];
    if (columns.on_ground) this.ground[slot] = columns.on_ground[i];
    const at = slot * WORDS;
    if (columns.callsign) this.#word(at, columns.callsign, i, 2);
    if (columns.squawk) this.#word(at + 2, columns.squawk, i, 1);
    return Boolean(columns.type_code) && this.#word(at + 3, columns.type_code, i, 1);
  }

  #word(at, { bytes }, i, width) {
    const words = wordsOf(bytes);
    let changed = false;
    for (let k = 0; k < width; k += 1) {
      const value = words[i * width + k];
      changed ||= this.words[at + k] !== value;
      this.words[at + k] = value;
    }
    return changed;
  }

  text(slot, first, width) {
    if (slot < 0) return '';
    return wordText(new Uint8Array(this.words.buffer, (slot * WORDS + first) * 4, width * 4));
  }

  #each() {
    return [...NUMBERS, 'time', 'round', 'ground', 'kind'].map((name) => [name, 1]).concat([['words', WORDS]]);
  }
}

// Four bytes at a time; the view is made once for a column.
const views = new WeakMap();
function wordsOf(bytes) {
  let found = views.get(bytes);
  if (!found) views.set(bytes, (found = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)));
  return found;
}

export class Craft {
  #columns;
  #more = null;
  #row = 0;

  constructor(columns, key, id, slot) {
    this.#columns = columns;
    this.key = key;
    this.id = id;
    this.slot = slot; // -1 once it is gone
  }

  // A table that also says what lasts: looked up there when somebody asks.
  learn(more, row) {
    this.#more = more;
    this.#row = row;
  }

  get time() {
    return this.#columns.time[this.slot];
  }
  get lon() {
    return this.#columns.lon[this.slot];
  }
  get lat() {
    return this.#columns.lat[this.slot];
  }
  get track() {
    return this.#columns.track[this.slot];
  }
  get baro_altitude() {
    return this.#columns.baro_altitude[this.slot];
  }
  get ground_speed() {
    return this.#columns.ground_speed[this.slot];
  }
  get vertical_rate() {
    return this.#columns.vertical_rate[this.slot];
  }
  get on_ground() {
    return this.#columns.ground[this.slot] === 1;
  }
  get callsign() {
    return this.#columns.text(this.slot, 0, 2).trim();
  }
  get squawk() {
    return this.#columns.text(this.slot, 2, 1);
  }
  get type_code() {
    return this.#columns.text(this.slot, 3, 1);
  }
  get registration() {
    return this.#lasting('registration') ?? '';
  }
  get source() {
    return this.#lasting('source') ?? '';
  }
  get emergency() {
    return this.#lasting('emergency') ?? '';
  }
  get nic() {
    return this.#lasting('nic') ?? NaN;
  }
  get nac_p() {
    return this.#lasting('nac_p') ?? NaN;
  }
  get rssi() {
    return this.#lasting('rssi') ?? NaN;
  }

  #lasting(name) {
    const column = this.#more?.[name];
    return column?.text ? column.text(this.#row) : column?.[this.#row];
  }
}
