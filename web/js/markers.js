// Markers of anomalies as numbers for the screen, and which of them lie at a place. No map and no WebGL here.
import { areaOf } from './anomaly_features.js';
import { largestArea, MARKER_OPACITY, MARKER_SCALE as SCALES } from './anomaly_style.js';
import { mercatorX, mercatorY } from './geo.js';

export const STRIDE = 5; // x, y, which drawing, size of its area in degrees, opacity
export const MARKER_PX = 24; // across, close up

// How large a marker is drawn at a zoom, as a share of MARKER_PX.
export function markerScale(zoom) {
  const i = SCALES.findIndex(([z]) => z > zoom);
  if (i === 0) return SCALES[0][1];
  if (i < 0) return SCALES.at(-1)[1];
  const [[z0, a], [z1, b]] = [SCALES[i - 1], SCALES[i]];
  return a + ((zoom - z0) / (z1 - z0)) * (b - a);
}

const [OPEN, OVER, CLEARED] = MARKER_OPACITY;
const opacityOf = ({ cleared, open }) => (cleared ? CLEARED : open ? OPEN : OVER);

export class Markers {
  list = []; // from the lowest to the topmost
  rows = new Float32Array(0); // of each, STRIDE numbers
  version = 0; // goes up with every change
  drawn = []; // the list as the map last drew it

  // `drawingOf(class id)`: the number of its drawing.
  set(list, drawingOf) {
    this.list = [...list].sort((a, b) => a.rank - b.rank);
    this.rows = new Float32Array(this.list.length * STRIDE);
    this.list.forEach((one, i) => {
      const [lng, lat] = one.anchor;
      this.rows.set([mercatorX(lng), mercatorY(lat), drawingOf(one.cls), areaOf(one), opacityOf(one)], i * STRIDE);
    });
    this.version += 1;
  }

  // Those that are drawn at this zoom within `reach` mercator units of a place, in both directions and around the world.
  around(x, y, reach, zoom) {
    const [rows, most] = [this.rows, largestArea(zoom)];
    return this.list.filter((_, i) => {
      const at = i * STRIDE;
      const dx = Math.abs(rows[at] - x) % 1;
      return rows[at + 3] < most && Math.min(dx, 1 - dx) <= reach && Math.abs(rows[at + 1] - y) <= reach;
    });
  }
}
