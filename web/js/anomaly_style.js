// How anomalies look: for each class the same layers over two sources. It knows shapes and colours, not classes.
const UNDER = 'countries'; // areas lie below the names of places
const BELOW = 'track/edge'; // glow and single points lie below tracks, aircraft and every marker
// What is over fades; what was explained away fades further.
const state = (open, over, cleared) => ['match', ['get', 'open'], 1, open, -1, cleared, over];

// Marker of a large area goes once the area itself is plain to see (degrees of size against zoom).
const SMALL_ENOUGH = [
  '<',
  ['get', 'size'],
  ['step', ['zoom'], 400, 2, 40, 3, 20, 4, 10, 5, 5, 6, 2.5, 7, 1.2, 8, 0.6, 9, 0.3, 10, 0.15],
];

export const PARTS = ['fill', 'outline', 'line', 'points', 'halo', 'anchor'];

export function layersOf({ id, style }, color) {
  const only = (...tests) => ['all', ['==', ['get', 'cls'], id], ...tests];
  const kind = (type) => ['in', ['geometry-type'], ['literal', [type, `Multi${type}`]]];
  const base = (part, type, source, filter) => ({ id: `anomaly/${id}/${part}`, type, source, filter });
  const strong = state(1, 0.6, 0.35);
  return [
    [
      {
        ...base('fill', 'fill', 'anomaly-shapes', only(kind('Polygon'))),
        paint: { 'fill-color': color, 'fill-opacity': state(0.2, 0.1, 0.05) },
      },
      UNDER,
    ],
    [
      {
        ...base('outline', 'line', 'anomaly-shapes', only(kind('Polygon'))),
        paint: { 'line-color': color, 'line-width': 1.2, 'line-opacity': strong },
      },
      UNDER,
    ],
    [
      {
        ...base('line', 'line', 'anomaly-shapes', only(kind('LineString'))),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: linePaint(color, style, strong),
      },
      UNDER,
    ],
    [
      {
        ...base('points', 'circle', 'anomaly-shapes', only(kind('Point'))),
        paint: {
          'circle-color': color,
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 3, 1.5, 7, 4],
          'circle-stroke-color': '#0a111c',
          'circle-stroke-width': 1,
          'circle-opacity': strong,
        },
      },
      BELOW,
    ],
    [
      {
        ...base('halo', 'circle', 'anomaly-anchors', only(['>=', ['get', 'rank'], 3], SMALL_ENOUGH)),
        paint: haloPaint(color),
      },
      BELOW,
    ],
    [
      {
        ...base('anchor', 'symbol', 'anomaly-anchors', only(SMALL_ENOUGH)),
        layout: anchorLayout(id, style),
        paint: { 'icon-opacity': state(1, 0.72, 0.4) },
      },
      'selected/line',
    ],
  ];
}

function linePaint(color, style, strong) {
  const paint = {
    'line-color': color,
    'line-width': ['interpolate', ['linear'], ['zoom'], 3, 1.4, 8, 3],
    'line-opacity': strong,
  };
  return style?.shape === 'pair' ? { ...paint, 'line-dasharray': [2, 2] } : paint;
}

function haloPaint(color) {
  const radius = [
    'interpolate',
    ['linear'],
    ['zoom'],
    2,
    ['case', ['==', ['get', 'rank'], 4], 16, 12],
    8,
    ['case', ['==', ['get', 'rank'], 4], 30, 24],
  ];
  return {
    'circle-color': color,
    'circle-radius': radius,
    'circle-blur': 0.9,
    'circle-opacity': state(0.55, 0.25, 0),
  };
}

function anchorLayout(id, style) {
  return {
    'icon-image': `class/${id}`,
    'icon-size': ['interpolate', ['linear'], ['zoom'], 1, 0.6, 4, 0.78, 7, 1],
    'icon-allow-overlap': style?.shape !== 'cell', // cells lie side by side: one marker speaks for its neighbours
    'icon-ignore-placement': style?.shape !== 'cell',
    'symbol-sort-key': ['-', 0, ['get', 'rank']],
  };
}
