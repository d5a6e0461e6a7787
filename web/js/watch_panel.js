// The panel behind the bell: alerts, what is watched, where it goes, areas, what is ignored; or the way in, for whom nobody knows.
import { h } from './dom.js';
import { segmented } from './form.js';
import { icon } from './icons.js';
import { go, goBounds } from './map.js';
import { iconButton, wordButton } from './parts.js';
import { loginView } from './login_view.js';
import { isSmall } from './sheets.js';
import { WATCH } from './texts/watch_en.js';
import { AlertsView } from './watch_alerts.js';
import { AreasView } from './watch_areas.js';
import { DestinationsView } from './watch_destinations.js';
import { IgnoresView } from './watch_ignores.js';
import { SubscriptionsView } from './watch_subscriptions.js';

const T = WATCH.panel;

export class WatchPanel {
  #app;
  #map;
  #root;
  #opener = null;
  #part = 'alerts';
  #views;
  #tabs;
  #body = h('div', { class: 'panel-body watch-body' });

  constructor(root, map, app) {
    this.#app = app;
    this.#map = map;
    this.#root = root;
    const make = { alerts: AlertsView, subscriptions: SubscriptionsView, destinations: DestinationsView, areas: AreasView, ignores: IgnoresView }; // prettier-ignore
    this.#views = Object.fromEntries(Object.entries(make).map(([part, View]) => [part, new View(app, this)]));
    this.#tabs = segmented(T.sections, Object.entries(T.parts), this.#part, (part) => this.show(part));
    const close = iconButton('close', T.close, () => this.close());
    root.append(h('div', { class: 'panel-head' }, this.#tabs.root, close), this.#body);
    for (const event of ['watch', 'alerts', 'me']) app.bus.on(event, () => this.#refresh(event));
    app.state.on(['area'], ({ area }) => area && this.close());
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open(part = this.#part) {
    this.#opener = document.activeElement;
    this.#app.areaPanel.close();
    this.#app.watchForm.close();
    this.#root.hidden = false;
    this.#app.state.set({ sheet: 'watch' });
    this.#app.bus.emit('watch:open', true);
    this.show(part);
    this.#tabs.root.querySelector('[aria-pressed=true]').focus();
  }

  close() {
    if (!this.isOpen) return false;
    if (this.#part === 'alerts') this.#app.alerts.look();
    this.#root.hidden = true;
    if (this.#app.state.get().sheet === 'watch') this.#app.state.set({ sheet: null });
    this.#app.bus.emit('watch:open', false);
    if (this.#root.contains(document.activeElement) || document.activeElement === document.body) this.#opener?.focus();
    return true;
  }

  show(part) {
    if (this.#part === 'alerts' && part !== 'alerts') this.#app.alerts.look();
    this.#part = part;
    this.#tabs.set(part);
    this.#fill();
    this.#body.scrollTop = 0;
  }

  #fill() {
    const { access, watch } = this.#app;
    if (!access.signedIn) return this.#body.replaceChildren(loginView(this.#app));
    if (watch.error) return this.#body.replaceChildren(...this.#failed(watch.error));
    const view = this.#views[this.#part];
    if (this.#body.firstChild !== view.root) this.#body.replaceChildren(view.root);
    return view.show();
  }

  #failed({ message }) {
    return this.empty('info', T.failed(message), '', wordButton('clock', T.again, () => this.#app.watch.load()));
  }

  // Views patch what they show themselves where a reader or a form is in it.
  #refresh(event) {
    if (this.isOpen && (event !== 'alerts' || this.#part === 'alerts')) this.#fill();
  }

  empty(name, title, text, ...more) {
    return [
      h(
        'div',
        { class: 'empty' },
        icon(name, 'icon large'),
        h('p', { class: 'empty-title', text: title }),
        text ? h('p', { text }) : null,
        ...more,
      ),
    ];
  }

  // To the evidence of an alert, or to its place: on a small screen the panel makes room.
  go(one) {
    const { state, fleet, list } = this.#app;
    if (one.incident) state.set({ selected: { kind: 'incident', id: one.incident } });
    else if (one.anomaly) list.open(one.anomaly);
    else if (one.icao24 && fleet.get(one.icao24)) state.set({ selected: { kind: 'aircraft', id: one.icao24 } });
    if (one.place && one.trigger !== 'test') go(this.#map, { center: one.place, zoom: Math.max(8.5, this.#map.getZoom()) });
    if (isSmall()) this.close();
  }

  showArea(id) {
    const box = this.#app.savedAreas.boxOf(id);
    if (box) goBounds(this.#map, box);
    this.#app.savedAreas.open(id);
  }
}
