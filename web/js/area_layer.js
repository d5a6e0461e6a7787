// The area on the map: an outline and a faint fill, and the whole of the draft while it is drawn.
import { drawnGeometry } from './area_shape.js';
import { isLight } from './prefs.js';

const NOTHING = { type: 'FeatureCollection', features: [] };
const UNDER = 'countries';

// terra-draw takes hex only.
export const areaColour = () => (isLight() ? '#0b5fb5' : '#7cc4ff');

export class AreaLayer {
  #map;
  #draft = null;

  constructor(map, app) {
    this.#map = map;
    map.addSource('area', { type: 'geojson', data: NOTHING, tolerance: 0 });
    const add = (layer) => map.addLayer({ source: 'area', ...layer }, UNDER);
    add({ id: 'area/fill', type: 'fill', paint: { 'fill-color': areaColour(), 'fill-opacity': 0.1 } });
    add({ id: 'area/edge', type: 'line', paint: { 'line-color': areaColour(), 'line-width': 1.8 } });
    app.state.on(['area'], ({ area }) => this.#show(area));
    app.bus.on('area:draft', (area) => this.#preview(area));
    app.bus.on('prefs', () => this.#colour());
    this.#show(app.state.get().area);
  }

  // A draft stands in place of the area until it is done or given up.
  #preview(area) {
    if (!area && !this.#draft) return;
    this.#draft = area;
    this.#show(area ?? this.shown);
  }

  #show(area) {
    if (area !== this.#draft) this.shown = area;
    const one = this.#draft ?? area;
    const data = one ? { type: 'Feature', properties: {}, geometry: drawnGeometry(one) } : NOTHING;
    this.#map.getSource('area').setData(data);
  }

  #colour() {
    this.#map.setPaintProperty('area/fill', 'fill-color', areaColour());
    this.#map.setPaintProperty('area/edge', 'line-color', areaColour());
  }
}
