// Saved sets of layers: which classes and layers are on, and how faint. Kept in this browser by name, shared as a link.
import { formatHash, parseHash } from './hash.js';
import { INITIAL } from './state.js';
import { keepIn, keptList, write } from './storage.js';

const KEY = 'skysift.sets';
const PARTS = ['off', 'layers', 'opacity'];

const only = (state) => Object.fromEntries(PARTS.map((part) => [part, state[part]]));

// The part of an address that says what is shown, without where and when.
export const setText = (state) => formatHash({ ...INITIAL, ...only(state) });
export const readSet = (text) => only(parseHash(text));

export class LayerSets {
  #state;
  #list = keptList(KEY, ({ text }) => typeof text === 'string' && text.length < 4000);

  constructor(state) {
    this.#state = state;
  }

  all() {
    return this.#list;
  }

  // Whether this browser could keep it.
  save(name) {
    const next = keepIn(KEY, this.#list, { name, text: setText(this.#state.get()) });
    if (next) this.#list = next;
    return next !== null;
  }

  forget(name) {
    this.#list = this.#list.filter((one) => one.name !== name);
    write(KEY, this.#list);
  }

  use(name) {
    const one = this.#list.find((other) => other.name === name);
    if (one) this.#state.set(readSet(one.text));
  }

  isOn(name) {
    return this.#list.some((one) => one.name === name && one.text === setText(this.#state.get()));
  }
}
