// The live stream: one EventSource that comes back by itself, asks for what it missed, and says when it was away.
import { readArrow } from './arrow.js';
import { inflated } from './inflate.js';
import { AwaySource } from './stream_source.js';

const EVENTS = ['hello', 'anomaly', 'incident', 'aircraft', 'clock'];
const away = (url) => new AwaySource(url, { types: EVENTS, packed: 'aircraft' });
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15_000];
const FRESH_MS = 20_000; // what spoke so lately is alive
const QUIET_MS = 45_000; // the server pings every 15 s and ticks more often: this long without a word is a dead line

export class Stream {
  #bus;
  #url;
  #make;
  #source = null;
  #tries = 0;
  #cursor = '';
  #heard = 0;
  #greeted = false;
  #timer = 0;
  #order = Promise.resolve(); // ticks are unpacked beside the page's work, and heard in the order they came

  constructor(bus, { url = '/stream', make = away } = {}) {
    this.#bus = bus;
    this.#url = url;
    this.#make = make;
    this.#connect();
    bus.on('awake', (slept) => this.#awake(slept));
    setInterval(() => this.#watch(), 5000);
  }

  #connect() {
    this.#source?.close();
    this.#heard = performance.now();
    const since = this.#cursor ? `&since=${encodeURIComponent(this.#cursor)}` : '';
    this.#source = this.#make(`${this.#url}?aircraft=columns${since}`);
    this.#source.onopen = () => this.#opened();
    this.#source.onerror = () => this.#failed();
    for (const type of EVENTS) this.#source.addEventListener(type, (event) => this.#received(type, event));
  }

  #opened() {
    this.#heard = performance.now();
    this.#bus.emit('connection', true);
    if (this.#greeted) this.#bus.emit('resync');
    this.#greeted = true;
  }

  #failed() {
    this.#bus.emit('connection', false);
    // After an HTTP error the browser gives up for good (CLOSED): then it is for us to try again.
    if (this.#source.readyState === 2) this.#retry();
  }

  #retry() {
    const wait = BACKOFF_MS[Math.min(this.#tries, BACKOFF_MS.length - 1)] * (0.8 + 0.4 * Math.random());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#tries += 1;
  }

  #received(type, event) {
    this.#heard = performance.now();
    this.#tries = 0;
    if (event.lastEventId) this.#cursor = event.lastEventId;
    this.#order = type === 'aircraft' ? this.#tell(type, () => unpacked(event.data), this.#order) : this.#order;
    if (type !== 'aircraft') this.#tell(type, () => JSON.parse(event.data));
  }

  // One broken event must not end the stream.
  async #tell(type, read, before = null) {
    let data;
    try {
      data = before ? (await before, await read()) : read();
    } catch {
      console.warn(`a ${type} event could not be read and is left out`);
      return;
    }
    this.#bus.emit(`stream:${type}`, data);
  }

  // A line that was open before the computer slept is dead without knowing it; and nobody who looks waits out a pause.
  #awake(slept) {
    const open = this.#source.readyState === 1;
    if (open && !slept && performance.now() - this.#heard < FRESH_MS) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#connect();
  }

  #watch() {
    if (this.#source.readyState !== 1 || performance.now() - this.#heard < QUIET_MS) return;
    this.#heard = performance.now();
    this.#bus.emit('connection', false);
    this.#retry();
  }
}

// A table of columns from an event's text, or from its bytes where they were unpacked elsewhere.
export async function unpacked(data) {
  return readArrow(typeof data === 'string' ? await inflated(data) : data);
}
