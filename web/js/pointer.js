// What lies under the pointer: anomalies first, then aircraft, then areas, then cells of interference. Hover shows a tip,
// and so does a finger on what cannot be selected; click selects.
import { MARKS, SHAPES } from './anomaly_style.js';
import { cellLines } from './cells.js';
import { h } from './dom.js';
import { mercatorX, mercatorY, nearestOf } from './geo.js';
import { iconSize } from './aircraft_layer.js';
import { TEXTS } from './texts.js';
import { altitudeText, inUnit } from './units.js';

const REACH = 6; // px around the pointer in which a marker counts as meant

export class Pointer {
  #map;
  #app;
  #tip = h('div', { class: 'tip', role: 'tooltip', hidden: true });
  #due = 0;

  constructor(map, app) {
    this.#map = map;
    this.#app = app;
    map.getContainer().append(this.#tip);
    map.on('mousemove', (event) => this.#moved(event));
    map.on('mouseout', () => this.#hide());
    map.on('dragstart', () => this.#hide());
    map.on('click', ({ point }) => app.draw?.busy || this.#clicked(point));
  }

  #clicked(point) {
    const selected = this.pick(point)?.ref ?? null;
    this.#app.state.set({ selected });
    this.#tell(selected ? null : this.#cell(point), point); // a finger leaves no place, and what it chose is told elsewhere
  }

  // {ref: {kind, id}, one} at a point of the screen, or null.
  pick(point) {
    const other = this.#app.compare?.pick(point);
    if (other !== undefined) return other;
    const marker = this.#anomaly([...this.#app.anomalyLayers.marked(point, REACH), ...this.#drawn(point, MARKS)]);
    if (marker) return marker;
    return this.#aircraft(point) ?? this.#anomaly(this.#drawn(point, SHAPES));
  }

  // Anomalies of which the map itself draws a part there.
  #drawn({ x, y }, parts) {
    const layers = parts.filter((id) => this.#map.getLayer(id)); // there are none before there are classes
    const found = this.#map.queryRenderedFeatures(
      [
        [x - REACH, y - REACH],
        [x + REACH, y + REACH],
      ],
      { layers },
    );
    const { off } = this.#app.state.get();
    return found.map((f) => this.#app.anomalies.get(f.properties.id)).filter((one) => one && !off.has(one.cls));
  }

  #anomaly(found) {
    const one = found.sort((a, b) => b.rank - a.rank || b.end - a.end)[0];
    return one ? { ref: { kind: 'anomaly', id: one.id }, one } : null;
  }

  #aircraft(point) {
    if (!this.#app.state.get().layers.aircraft) return null;
    const here = this.#map.unproject(point);
    const radius = iconSize(this.#map.getZoom(), this.#app.fleet.size) / 2 + 4;
    const aside = this.#map.unproject([point.x + radius, point.y]);
    const x = mercatorX(here.lng);
    const one = nearestOf(this.#app.fleet, x, mercatorY(here.lat), Math.abs(mercatorX(aside.lng) - x));
    return one ? { ref: { kind: 'aircraft', id: one.id }, one } : null;
  }

  #moved(event) {
    if (performance.now() < this.#due || event.originalEvent.buttons || this.#app.draw?.busy) return;
    this.#due = performance.now() + 60;
    const hit = this.pick(event.point);
    this.#map.getCanvas().style.cursor = hit ? 'pointer' : '';
    if (!hit) return this.#tell(this.#cell(event.point), event.point);
    return this.#tell(hit.ref.kind === 'anomaly' ? this.#anomalyLines(hit.one) : aircraftLines(hit.one), event.point);
  }

  // The cell of interference there, in lines; of the page's own time alone.
  #cell(point) {
    const { compare, overlays, state } = this.#app;
    if (!state.get().layers.cells || !overlays.asked || compare?.covers(point)) return null;
    const [cell] = this.#map.queryRenderedFeatures(point, { layers: ['cells/fill'] });
    return cell ? cellLines(cell.properties, overlays.asked) : null;
  }

  #tell(lines, point) {
    if (!lines) return this.#hide();
    this.#tip.replaceChildren(...lines.map((text, i) => h('div', { class: i ? 'tip-more' : 'tip-title', text })));
    this.#tip.hidden = false;
    return this.#place(point);
  }

  #place({ x, y }) {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const { offsetWidth, offsetHeight } = this.#tip;
    const left = x + 16 + offsetWidth > clientWidth ? x - 12 - offsetWidth : x + 16;
    const top = Math.min(y + 12, clientHeight - offsetHeight - 8);
    this.#tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  #hide() {
    this.#tip.hidden = true;
    this.#map.getCanvas().style.cursor = '';
  }

  #anomalyLines(one) {
    const title = this.#app.classOf(one.cls).title;
    const who = one.callsign || one.icao24 || '';
    return [who ? `${title} · ${who}` : title, one.explanation].filter(Boolean);
  }
}

function aircraftLines(one) {
  const title = [one.callsign || one.id, one.type_code].filter(Boolean).join(' · ');
  const squawk = one.squawk && TEXTS.facts.squawked(one.squawk);
  const now = [altitudeText(one.baro_altitude, one.on_ground), inUnit(one.ground_speed, 'speed'), squawk];
  return [title, now.filter(Boolean).join(' · ')];
}
