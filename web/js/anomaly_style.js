// How anomalies look: a handful of layers over two sources, shared by all classes, beside the markers that a layer of their
// own draws (marker_layer.js). Colour, icon and shape come from /classes.
import { safeColor } from './dom.js';

const UNDER = 'countries'; // areas lie below the names of places
const BELOW = 'track/edge'; // glow and single points lie below tracks, aircraft and every marker
export const ABOVE = 'selected/line';
const CLASS = ['get', 'cls'];
// What is over fades; what was explained away fades further.
const state = (open, over, cleared) => ['match', ['get', 'open'], 1, open, -1, cleared, over];
// What is switched off is drawn not at all: the map learns that of each feature, without sorting any anew.
const switched = (opacity) => ['case', ['boolean', ['feature-state', 'off'], false], 0, opacity];
const STRONG = switched(state(1, 0.6, 0.35));
export const MARKER_OPACITY = [1, 0.72, 0.4]; // of one that goes on, is over, was explained away
export const MARKER_SCALE = [
  [1, 0.6],
  [4, 0.78],
  [7, 1],
]; // zoom and size, as a share of what is drawn close up

// Marker of a large area goes once the area itself is plain to see (degrees of size against zoom).
const LARGEST = [400, [2, 40], [3, 20], [4, 10], [5, 5], [6, 2.5], [7, 1.2], [8, 0.6], [9, 0.3], [10, 0.15]];
const SMALL_ENOUGH = ['<', ['get', 'size'], ['step', ['zoom'], ...LARGEST.flat()]];

export const largestArea = (zoom) => LARGEST.slice(1).findLast(([from]) => zoom >= from)?.[1] ?? LARGEST[0];

// Parts that can be clicked beside the markers, topmost first.
export const MARKS = ['anomaly/cell', 'anomaly/points'];
export const SHAPES = ['anomaly/line', 'anomaly/pair', 'anomaly/fill'];

const isShape = (...shapes) => ({ style }) => shapes.includes(style?.shape);
export const isCell = isShape('cell');
const isNot = (...shapes) => (one) => !isShape(...shapes)(one);
const kind = (type) => ['in', ['geometry-type'], ['literal', [type, `Multi${type}`]]];

// Only what goes on glows: hours of what is over would be one bright fog, and its wide soft discs cost most of a frame.
const GLOWS = ['all', ['>=', ['get', 'rank'], 3], ['==', ['get', 'open'], 1]];
export const glows = ({ rank, open, cleared }) => rank >= 3 && open && !cleared;

// Which features each layer draws: of which classes, by their shape, and what else must hold.
const FILTERS = {
  'anomaly/fill': [null, kind('Polygon')],
  'anomaly/outline': [null, kind('Polygon')],
  'anomaly/line': [isNot('pair'), kind('LineString')],
  'anomaly/pair': [isShape('pair'), kind('LineString')],
  'anomaly/points': [null, kind('Point')],
  'anomaly/halo': [null, GLOWS, SMALL_ENOUGH],
  'anomaly/cell': [isCell, SMALL_ENOUGH],
};

// layer -> its filter. Only cells that are switched off are left out: they would still keep others away.
export function filtersOf(classes, off) {
  const among = (test) => ['in', CLASS, ['literal', classes.filter(test ?? (() => true)).map(({ id }) => id)]];
  const left = (one) => isCell(one) && !off.has(one.id);
  return Object.entries(FILTERS).map(([layer, [test, ...more]]) => [
    layer,
    ['all', among(test === isCell ? left : test), ...more],
  ]);
}

// The colour of a feature's class, plain to see on the page as it is now.
export function colorOf(classes) {
  const colors = new Map(classes.map(({ id, style }) => [id, safeColor(style?.color)]));
  return colors.size ? ['match', CLASS, ...[...colors].flat(), safeColor(null)] : safeColor(null);
}

// [layer, the layer it lies below], from the lowest to the topmost. Nothing is drawn until they are given filters.
export function layersOf(color) {
  const shape = (part, type, paint, more = {}) => ({ id: `anomaly/${part}`, type, source: 'anomaly-shapes', paint, ...more });
  const round = { layout: { 'line-cap': 'round', 'line-join': 'round' } };
  return [
    [shape('fill', 'fill', { 'fill-color': color, 'fill-opacity': switched(state(0.2, 0.1, 0.05)) }), UNDER],
    [shape('outline', 'line', { 'line-color': color, 'line-width': 1.2, 'line-opacity': STRONG }), UNDER],
    [shape('line', 'line', linePaint(color), round), UNDER],
    [shape('pair', 'line', { ...linePaint(color), 'line-dasharray': [2, 2] }, round), UNDER],
    [shape('points', 'circle', pointPaint(color)), BELOW],
    [{ id: 'anomaly/halo', type: 'circle', source: 'anomaly-anchors', paint: haloPaint(color) }, BELOW],
    [cellMarker(), ABOVE],
  ];
}

const linePaint = (color) => ({
  'line-color': color,
  'line-width': ['interpolate', ['linear'], ['zoom'], 3, 1.4, 8, 3],
  'line-opacity': STRONG,
});

const pointPaint = (color) => ({
  'circle-color': color,
  'circle-radius': ['interpolate', ['linear'], ['zoom'], 3, 1.5, 7, 4],
  'circle-stroke-color': '#0a111c',
  'circle-stroke-width': 1,
  'circle-opacity': STRONG,
  'circle-stroke-opacity': switched(1),
});

function haloPaint(color) {
  const critical = ['==', ['get', 'rank'], 4];
  const radius = ['interpolate', ['linear'], ['zoom'], 2, ['case', critical, 16, 12], 8, ['case', critical, 30, 24]];
  return { 'circle-color': color, 'circle-radius': radius, 'circle-blur': 0.9, 'circle-opacity': switched(0.55) };
}

// Cells lie side by side: one marker speaks for its neighbours, and the map finds out which.
const cellMarker = () => ({
  id: 'anomaly/cell',
  type: 'symbol',
  source: 'anomaly-anchors',
  layout: {
    'icon-image': ['concat', 'class/', CLASS],
    'icon-size': ['interpolate', ['linear'], ['zoom'], ...MARKER_SCALE.flat()],
    'symbol-sort-key': ['-', 0, ['get', 'rank']],
  },
  paint: { 'icon-opacity': state(...MARKER_OPACITY) },
});
