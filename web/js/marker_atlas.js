// The drawings of all classes on one canvas, side by side: what the markers' layer takes its pictures from.
import { safeColor } from './dom.js';
import { drawMarker, MARKER_SIDE } from './icons.js';

export const DRAWN_PX = MARKER_SIDE;
export const CELL_PX = 64; // with room around each drawing, so that none shows at the edge of its neighbour
export const COLUMNS = 8;

export function markerAtlas(classes) {
  const canvas = document.createElement('canvas');
  canvas.width = COLUMNS * CELL_PX;
  canvas.height = Math.max(1, Math.ceil(classes.length / COLUMNS)) * CELL_PX;
  const ctx = canvas.getContext('2d');
  const margin = (CELL_PX - DRAWN_PX) / 2;
  classes.forEach(({ style }, i) => {
    ctx.setTransform(1, 0, 0, 1, (i % COLUMNS) * CELL_PX + margin, Math.floor(i / COLUMNS) * CELL_PX + margin);
    drawMarker(ctx, style, safeColor(style?.color));
  });
  return canvas;
}
