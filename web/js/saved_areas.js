// The areas that the service keeps, own and shared: as a layer of the map, and as what can be opened and changed again.
import { formatArea, makeArea } from './area.js';
import { readArea } from './area_import.js';
import { areaColour } from './area_layer.js';
import { boundsOf, positionsOf } from './geo.js';

const UNDER = 'countries';
const EMPTY = { type: 'FeatureCollection', features: [] };

// A kept feature as the page draws and changes areas: what it was drawn as, where that is known.
export function areaOf({ geometry, properties }) {
  const { name = '', source = {} } = properties;
  const { circle, corridor } = source ?? {};
  if (circle) return makeArea({ kind: 'circle', points: [circle.center], size: circle.radius_m / 1000, name });
  if (corridor) return makeArea({ kind: 'corridor', points: corridor.line, size: corridor.width_m / 1000, name });
  return readArea(JSON.stringify(geometry), { name }).area;
}

export class SavedAreas {
  #app;
  #map;

  constructor(map, app) {
    this.#app = app;
    this.#map = map;
    map.addSource('saved', { type: 'geojson', data: EMPTY, tolerance: 0.2 });
    const add = (layer) => map.addLayer({ source: 'saved', ...layer }, UNDER);
    add({ id: 'saved/fill', type: 'fill', paint: { 'fill-opacity': 0.05 } });
    add({ id: 'saved/edge', type: 'line', paint: { 'line-width': 1.2, 'line-dasharray': [3, 2], 'line-opacity': 0.9 } });
    add({ id: 'saved/hit', type: 'line', paint: { 'line-width': 12, 'line-opacity': 0 } });
    add({ id: 'saved/name', type: 'symbol', layout: { 'text-field': ['get', 'name'], 'text-font': ['Inter Medium'], 'text-size': 11, 'symbol-placement': 'line', 'text-offset': [0, -0.8], 'text-max-angle': 40 }, paint: { 'text-halo-width': 1.2 } }); // prettier-ignore
    map.on('click', ({ point }) => this.#clicked(point));
    app.bus.on('watch', () => this.#recognise());
    app.bus.on('prefs', () => this.#colour());
    app.state.on(['layers', 'areaId', 'area'], () => this.#show());
    this.#colour();
    this.#show();
  }

  boxOf(id) {
    const one = this.#app.watch.area(id);
    return one ? boundsOf(positionsOf(one.geometry)) : null;
  }

  // Opens a kept area: it stands where a drawn one would, and is changed like one.
  open(id) {
    const one = this.#app.watch.area(id);
    if (!one) return;
    this.#app.watchPanel.close(); // both stand at the left
    this.#app.state.set({ area: areaOf(one), areaId: Number(id) });
    if (!this.#app.areaPanel.isOpen) this.#app.areaPanel.open(); // it may have been on the map already
  }

  // An area that came in the address is the kept one that looks the same.
  #recognise() {
    const { area, areaId } = this.#app.state.get();
    const text = area && areaId === null ? formatArea(area) : null;
    const same = text && this.#app.watch.areas.find((one) => formatArea(areaOf(one)) === text);
    if (same) this.#app.state.set({ areaId: Number(same.id) });
    this.#show();
  }

  #clicked(point) {
    if (this.#app.draw.busy || !this.#app.state.get().layers.areas || this.#app.pointer.pick(point)) return;
    const [hit] = this.#map.queryRenderedFeatures(point, { layers: ['saved/hit', 'saved/name'] });
    if (hit) this.open(hit.properties.id);
  }

  // The one that is open is drawn by the area's own layer.
  #show() {
    const { layers, areaId } = this.#app.state.get();
    const shown = layers.areas ? this.#app.watch.areas.filter((one) => Number(one.id) !== areaId) : [];
    const features = shown.map(({ id, geometry, properties }) => ({ type: 'Feature', geometry, properties: { id, name: properties.name } }));
    this.#map.getSource('saved').setData({ type: 'FeatureCollection', features });
  }

  #colour() {
    const colour = areaColour();
    this.#map.setPaintProperty('saved/fill', 'fill-color', colour);
    this.#map.setPaintProperty('saved/edge', 'line-color', colour);
    this.#map.setPaintProperty('saved/name', 'text-color', colour);
    this.#map.setPaintProperty('saved/name', 'text-halo-color', colour === '#0b5fb5' ? '#ffffff' : '#0a111c');
  }
}
