// Over the list: which incidents to look at, by band, status and queue.
import { h } from './dom.js';
import { TODO } from './incident_groups.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.incidents;

export class ReviewFilters {
  #app;
  #selects = {};

  constructor(app) {
    this.#app = app;
    this.root = h('div', { class: 'review-filters', role: 'group', 'aria-label': T.filters, hidden: true });
    app.bus.on('incidents', () => this.#show());
    app.state.on(['desk'], () => this.#show());
    this.#show();
  }

  #show() {
    const { queues } = this.#app.incidents;
    this.root.hidden = !this.#app.incidents.any;
    const states = Object.entries(WATCH.review.status);
    const wanted = {
      band: [['', T.allBands], ...Object.entries(T.bands)],
      status: [['', T.allStatus], [TODO, T.open], ...states],
      queue: [['', T.allQueues], ...queues.map(({ id, title }) => [id, title])],
    };
    for (const [name, options] of Object.entries(wanted)) this.#fill(name, options);
  }

  #fill(name, options) {
    const labels = { band: T.band, status: T.statusFilter, queue: T.queue };
    const now = this.#app.state.get().desk[name];
    const node = (this.#selects[name] ??= h('select', { class: 'toggle', 'aria-label': labels[name], onchange: () => this.#choose(name) }));
    if (!node.isConnected) this.root.append(node);
    node.hidden = options.length < 2;
    const drawn = JSON.stringify(options);
    if (node.dataset.drawn !== drawn) node.replaceChildren(...options.map(([id, text]) => h('option', { value: id, text })));
    node.dataset.drawn = drawn;
    node.value = now;
  }

  #choose(name) {
    this.#app.state.set({ desk: { ...this.#app.state.get().desk, [name]: this.#selects[name].value } });
  }
}
