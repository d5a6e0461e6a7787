// The note over the map that says what is left out: only one country, region or area is shown. Pressing it shows all.
import { areaTitle } from './area.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { TEXTS } from './texts.js';
import { placesIn } from './where.js';

const T = TEXTS.tools.where;

export class WhereChip {
  constructor(root, app) {
    Object.assign(this, { root, app });
    app.state.on(['only', 'area'], () => this.#show());
    app.bus.on('anomalies', () => this.#show());
    this.#show();
  }

  #show() {
    const { area, only } = this.app.state.get();
    this.root.hidden = !only;
    document.body.toggleAttribute('data-where', Boolean(only));
    const text = only && T.only(only.kind === 'area' ? (area && areaTitle(area)) || T.area : this.#name(only));
    if (!only || text === this.text) return;
    this.text = text;
    const off = () => this.app.state.set({ only: null });
    this.root.replaceChildren(
      h(
        'button',
        { class: 'pill', type: 'button', title: T.everywhere, onclick: off },
        icon('place'),
        text,
        icon('close'),
      ),
    );
  }

  #name({ kind, id }) {
    const known = placesIn(this.app.anomalies.all(), kind).find((one) => one.id === id);
    return known?.name || id;
  }
}
