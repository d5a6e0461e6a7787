// Keeps the selected aircraft in the middle of what can be seen, until the map is moved by hand or something else is open.
import { go } from './map.js';

const CLOSE = 8; // zoom from which following makes sense
const FAR_PX = 6; // so far off the middle it is brought back

export class Follow {
  #map;
  #app;
  #id = null;

  constructor(map, app) {
    this.#map = map;
    this.#app = app;
    map.on('movestart', ({ originalEvent }) => originalEvent && !zoomsOnly(originalEvent) && this.stop());
    app.state.on(['selected', 'compare'], ({ selected }) => selected?.id !== this.#id && this.stop());
  }

  get id() {
    return this.#id;
  }

  toggle(id) {
    if (this.#id === id) return this.stop();
    this.#id = id;
    this.#tell();
    return this.tick(Math.max(CLOSE, this.#map.getZoom()));
  }

  stop() {
    if (this.#id === null) return;
    this.#id = null;
    this.#tell();
  }

  // Once a second, and at first with the zoom to come to.
  tick(zoom = this.#map.getZoom()) {
    const center = this.#id === null ? null : this.#app.fleet.where(this.#id);
    if (!center || this.#map.isZooming() || !this.#away(center, zoom)) return;
    go(this.#map, { center, zoom });
  }

  #away(center, zoom) {
    if (zoom !== this.#map.getZoom()) return true;
    const [here, middle] = [this.#map.project(center), this.#map.project(this.#map.getCenter())];
    return Math.hypot(here.x - middle.x, here.y - middle.y) > FAR_PX;
  }

  #tell() {
    this.#app.bus.emit('follow', this.#id);
  }
}

// The wheel brings it closer without moving away from it.
const zoomsOnly = ({ type }) => type === 'wheel';
