// An EventSource in a thread of its own (stream_worker.js), as far as the stream needs one. Events of the type `packed`
// have bytes for data, already unpacked.
const CONNECTING = 0;
const CLOSED = 2;

export class AwaySource extends EventTarget {
  #worker;
  readyState = CONNECTING;
  onopen = null;
  onerror = null;

  constructor(url, { types, packed, make = start }) {
    super();
    this.#worker = make();
    this.#worker.onmessage = ({ data }) => this.#told(data);
    this.#worker.onerror = () => this.#told({ type: 'error', state: CLOSED }); // its script could not be loaded
    this.#worker.postMessage({ url, types, packed });
  }

  #told({ type, state, ...event }) {
    this.readyState = state;
    if (type === 'open') this.onopen?.();
    else if (type === 'error') this.onerror?.();
    else this.dispatchEvent(Object.assign(new Event(type), event));
  }

  close() {
    this.readyState = CLOSED;
    this.#worker.terminate();
  }
}

const start = () => new Worker(new URL('./stream_worker.js', import.meta.url), { type: 'module' });
