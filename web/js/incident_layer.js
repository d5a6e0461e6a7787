// The outline of the incident that is open, on the map.
import { isLight } from './prefs.js';

const UNDER = 'countries';
const NOTHING = { type: 'FeatureCollection', features: [] };

export class IncidentLayer {
  #map;

  constructor(map, app) {
    this.#map = map;
    map.addSource('incident', { type: 'geojson', data: NOTHING });
    map.addLayer({ id: 'incident/fill', source: 'incident', type: 'fill', paint: { 'fill-opacity': 0.08 } }, UNDER);
    map.addLayer({ id: 'incident/edge', source: 'incident', type: 'line', paint: { 'line-width': 1.6, 'line-opacity': 0.8 } }, UNDER);
    const show = () => {
      const { selected } = app.state.get();
      const one = selected?.kind === 'incident' ? app.incidents.get(selected.id) : app.incidents.of(selected?.id);
      const several = one && one.count > 1;
      map.getSource('incident').setData(several && one.feature.geometry ? one.feature : NOTHING);
    };
    app.state.on(['selected'], show);
    app.bus.on('incidents', show);
    app.bus.on('prefs', () => this.#colour());
    this.#colour();
  }

  #colour() {
    const colour = isLight() ? '#7a2f8f' : '#d8a3ea';
    this.#map.setPaintProperty('incident/fill', 'fill-color', colour);
    this.#map.setPaintProperty('incident/edge', 'line-color', colour);
  }
}
