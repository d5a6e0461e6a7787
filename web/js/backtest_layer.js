// Dots on the map: what a subscription that is being made would have told, where it was.
import { areaColour } from './area_layer.js';
import { isLight } from './prefs.js';

const UNDER = 'countries';

export class BacktestLayer {
  #map;

  constructor(map, app) {
    this.#map = map;
    map.addSource('backtest', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    map.addLayer({ id: 'backtest/dots', source: 'backtest', type: 'circle', paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 2, 2.5, 8, 4.5], 'circle-opacity': 0.85, 'circle-stroke-width': 1 } }, UNDER); // prettier-ignore
    app.bus.on('backtest', (features) => this.#show(features));
    app.bus.on('prefs', () => this.#colour());
    this.#colour();
  }

  #show(features) {
    const placed = features.filter((one) => one.geometry);
    this.#map.getSource('backtest').setData({ type: 'FeatureCollection', features: placed });
  }

  #colour() {
    this.#map.setPaintProperty('backtest/dots', 'circle-color', areaColour());
    this.#map.setPaintProperty('backtest/dots', 'circle-stroke-color', isLight() ? '#ffffff' : '#0a111c');
  }
}
