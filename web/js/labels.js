// Callsigns beside the aircraft, on a canvas over the map: only when there is room, never two on one spot.
import { altitudeText, inUnit } from './units.js';
import { iconSize } from './aircraft_layer.js';
import { latOf, lngOf } from './geo.js';
import { ink } from './theme.js';

const MOST = 220;
const FROM_ZOOM = 5.5;
const ROW_PX = 15; // labels are kept apart in rows of this height
const WIDE_PX = 78;
const LARGER = 1.6; // what the shader draws the selected aircraft by, and its glow

export class Labels {
  #map;
  #app;
  #canvas;
  #ctx;
  #blank = true;
  #inks = [];

  constructor(map, app) {
    this.#map = map;
    this.#app = app;
    this.#canvas = document.createElement('canvas');
    this.#canvas.className = 'labels';
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.#ctx = this.#canvas.getContext('2d');
    map.getCanvasContainer().append(this.#canvas);
    map.on('resize', () => this.#fit());
    map.on('render', () => this.#draw());
    this.#fit();
  }

  #fit() {
    const { clientWidth, clientHeight } = this.#map.getCanvas();
    const ratio = Math.min(2, devicePixelRatio);
    this.#canvas.width = clientWidth * ratio;
    this.#canvas.height = clientHeight * ratio;
    this.#ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  #wanted() {
    const { layers } = this.#app.state.get();
    return layers.aircraft && layers.labels && this.#map.getZoom() >= FROM_ZOOM;
  }

  #draw() {
    if (!this.#wanted() && this.#blank) return;
    const { clientWidth: width, clientHeight: height } = this.#map.getCanvas();
    this.#ctx.clearRect(0, 0, width, height);
    this.#blank = true;
    if (!this.#wanted()) return;
    const zoom = this.#map.getZoom();
    this.#ctx.font = '500 11px Inter, sans-serif';
    this.#ctx.lineWidth = 3;
    this.#ctx.lineJoin = 'round';
    this.#inks = ink('--label', '--label-quiet');
    [this.#ctx.strokeStyle] = ink('--label-edge');
    const half = iconSize(zoom, this.#app.fleet.size) / 2;
    const { selected } = this.#app.state.get();
    for (const { one, x, y } of this.#placed(width, height))
      this.#write(one, x + half * (one.id === selected?.id ? LARGER : 1) + 4, y, zoom);
    this.#blank = false;
  }

  #placed(width, height) {
    const taken = new Map(); // row of the screen -> where its labels begin
    const out = [];
    const bounds = this.#map.getBounds();
    const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    this.#app.fleet.eachWhere((one, mx, my) => {
      const lat = latOf(my);
      let lng = lngOf(mx);
      if (lng < west) lng += 360;
      if (lng > east || lng < west || lat < south || lat > north || out.length >= MOST) return;
      const { x, y } = this.#map.project([lng, lat]);
      if (x < 0 || y < 0 || x > width || y > height) return;
      if (!claim(taken, x, Math.floor(y / ROW_PX))) return;
      out.push({ one, x, y });
    });
    return out;
  }

  #write(one, x, y, zoom) {
    const lines = [one.callsign || one.id];
    if (zoom >= 8)
      lines.push(
        `${altitudeText(one.baro_altitude, one.on_ground)}  ${inUnit(one.ground_speed, 'speed')}`,
      );
    lines.forEach((text, i) => {
      const at = y + 4 + (i - (lines.length - 1) / 2) * 12.5;
      this.#ctx.fillStyle = this.#inks[i ? 1 : 0];
      this.#ctx.strokeText(text, x, at);
      this.#ctx.fillText(text, x, at);
    });
  }
}

// Takes the place for a label unless one in the same or a neighbouring row is in the way.
function claim(taken, x, row) {
  const near = [row - 1, row, row + 1].flatMap((r) => taken.get(r) ?? []);
  if (near.some((other) => Math.abs(other - x) < WIDE_PX)) return false;
  taken.set(row, [...(taken.get(row) ?? []), x]);
  return true;
}
