// The areas that this browser keeps, by name: as text, so that a link, a set and a subscription hold the same.
import { areaTitle, formatArea, parseArea } from './area.js';
import { keepIn, keptList, write } from './storage.js';
import { TEXTS } from './texts.js';

const T = TEXTS.areas;

const KEY = 'skysift.areas';

export class Areas {
  #app;
  #list = keptList(KEY, ({ text }) => parseArea(text) !== null);

  constructor(app) {
    this.#app = app;
  }

  all() {
    return this.#list;
  }

  keep(area) {
    const name = areaTitle(area);
    const next = keepIn(KEY, this.#list, { name, text: formatArea(area) });
    if (next) this.#list = next;
    this.#app.bus.emit('trouble', next ? T.kept(name) : T.unkept);
    this.#app.bus.emit('areas');
  }

  show(name) {
    const one = this.#list.find((other) => other.name === name);
    if (one) this.#app.state.set({ area: parseArea(one.text, one.name), areaId: null });
  }

  forget(name) {
    this.#list = this.#list.filter((one) => one.name !== name);
    write(KEY, this.#list);
    this.#app.bus.emit('areas');
  }
}
