// Layers from the public vector tiles, loaded while they are switched on: tracks, density of traffic, coverage.
import { throttle } from './bus.js';
import { fade, shareOf } from './fade.js';
import { TILES } from './overlay_style.js';
import { rfc3339 } from './time.js';

const UNDER = 'countries';
const STEP_MS = 300_000; // tiles are asked for anew when time has moved so far
const BY = { density: 'day', coverage: 'hour' };

export class TileOverlays {
  #map;
  #app;
  #shown = new Map(); // layer -> the address that its tiles come from

  constructor(map, app) {
    this.#map = map;
    this.#app = app;
    app.state.on(['layers', 'opacity'], () => this.#show());
    app.state.on(
      ['live', 'at', 'end', 'window'],
      throttle(() => this.#show(), 400),
    );
    setInterval(() => this.#show(), STEP_MS);
    this.#show();
  }

  #show() {
    const state = this.#app.state.get();
    for (const [name, layers] of Object.entries(TILES)) {
      if (state.layers[name]) this.#on(name, layers, shareOf(state, name));
      else if (this.#shown.has(name)) this.#off(name, layers);
    }
  }

  #on(name, layers, share) {
    if (!this.#app.clock.known()) return setTimeout(() => this.#show(), 500);
    const address = this.#address(name);
    const old = this.#shown.get(name);
    if (!old) {
      this.#map.addSource(name, { type: 'vector', tiles: [address], maxzoom: 9 });
      for (const layer of layers) this.#map.addLayer({ ...layer, source: name, 'source-layer': name }, UNDER);
    } else if (old !== address) this.#map.getSource(name).setTiles([address]);
    this.#shown.set(name, address);
    return layers.forEach((layer) => fade(this.#map, layer, share));
  }

  #off(name, layers) {
    for (const { id } of layers) this.#map.removeLayer(id);
    this.#map.removeSource(name);
    this.#shown.delete(name);
  }

  #address(name) {
    const { state, clock, shifted } = this.#app;
    const live = state.get().live && !shifted;
    const at = clock.now();
    return `${location.origin}/collections/${name}/xyz/{z}/{x}/{y}.pbf${tileQuery(name, { live, at, span: this.#app.span() })}`;
  }
}

// Cells: the hour or day that holds the time shown; live, the latest that there is. Tracks: those of the window.
export function tileQuery(name, { live, at, span }) {
  if (BY[name]) return live ? '' : `?datetime=${rfc3339(Math.floor(at / STEP_MS) * STEP_MS)}`;
  const [start, end] = span.map((ms) => Math.floor(ms / STEP_MS) * STEP_MS);
  return `?datetime=${rfc3339(start)}/${rfc3339(end + STEP_MS)}&properties=icao24`;
}
