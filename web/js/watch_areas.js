// The fourth part of the panel: the areas that are kept, own and shared; opened, shared, watched, deleted.
import { areaReviews } from './area_reviews.js';
import { h } from './dom.js';
import { disclosure, doing, sureButton } from './menu.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.areas;

export class AreasView {
  #app;
  #panel;

  constructor(app, panel) {
    this.#app = app;
    this.#panel = panel;
    this.root = h('div', { class: 'watch-part' });
  }

  show() {
    const { areas } = this.#app.watch;
    const draw = wordButton('draw', WATCH.subscriptions.draw, () => this.#app.draw.open(), { class: 'button primary' });
    const load = wordButton('upload', WATCH.subscriptions.take, () => this.#app.importer.open());
    this.root.replaceChildren(
      ...(areas.length
        ? [h('div', { class: 'actions watch-head' }, draw, load), h('ul', { class: 'watch-rows' }, areas.map((one) => this.#row(one)))]
        : this.#panel.empty('polygon', T.none, T.noneWhy, draw, load)),
    );
  }

  #row(one) {
    const { id, properties: p } = one;
    const watched = this.#watchedBy(id);
    const own = p.owner === this.#app.access.me.account;
    const facts = [p.shared ? (own ? T.shared : T.theirs) : null, watched ? T.watched(watched) : null].filter(Boolean).join(' · ');
    const name = h('button', { class: 'link', type: 'button', text: p.name, title: p.name, 'aria-label': T.show(p.name), onclick: () => this.#panel.showArea(id) });
    const reviews = h('div', {});
    const look = () => reviews.replaceChildren(...(reviews.firstChild ? [] : [areaReviews(this.#app, Number(id), p.name)]));
    return h(
      'li',
      { class: `watch-row ${watched ? 'on' : 'paused'}` },
      h('div', { class: 'watch-top' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('h2', {}, name)),
      facts ? h('p', { class: 'facts', text: facts }) : null,
      disclosure(WATCH.subscriptions.more(p.name), ...this.#actions(one, own, watched), h('button', { class: 'button', type: 'button', text: T.proposals, onclick: look })), // prettier-ignore
      reviews,
    );
  }

  #watchedBy(id) {
    return this.#app.watch.subscriptions.filter((one) => Number(one.area) === Number(id)).length;
  }

  #actions(one, own, watched) {
    const { id, properties } = one;
    const { watch, savedAreas, watchForm, access } = this.#app;
    const act = (text, run) => h('button', { class: 'button', type: 'button', text, onclick: (event) => doing(this.#app, event.currentTarget, run) }); // prettier-ignore
    const watchIt = act(T.watch, () => {
      savedAreas.open(id);
      return watchForm.open();
    });
    const change = act(WATCH.subscriptions.edit, () => savedAreas.open(id));
    if (!own && access.me.role !== 'admin') return [watchIt];
    const { name, floor_ft, ceiling_ft, active, shared } = properties;
    const share = () => watch.save('areas', { name, shape: drawnAs(one), floor_ft, ceiling_ft, active, shared: !shared }, Number(id));
    return [
      watchIt,
      change,
      act(shared ? T.unshare : T.share, share),
      sureButton(WATCH.subscriptions.remove, T.sure(watched), (button) => doing(this.#app, button, () => watch.remove('areas', Number(id)))),
    ];
  }
}

// What it was drawn as, where that is known, else its outline.
const drawnAs = ({ geometry, properties: { source } }) => (Object.keys(source ?? {}).length ? source : { geometry });
