// How the layers of collections look: zones and interference as features, tracks, density and coverage as tiles.
export const CELL_RESOLUTION = 4; // GPSJam's

const SHARE = ['get', 'share'];
const INTERFERENCE = ['step', SHARE, '#39a275', 0.02, '#e6c84f', 0.1, '#ee4b5a'];

const HOT = '#f08a3c';

export const FEATURES = {
  zones: [
    { id: 'zones/fill', type: 'fill', paint: { 'fill-color': '#d8647e', 'fill-opacity': 0.07 } },
    {
      id: 'zones/line',
      type: 'line',
      paint: { 'line-color': '#d8647e', 'line-width': 1, 'line-opacity': 0.65, 'line-dasharray': [4, 2] },
    },
    {
      id: 'zones/name',
      type: 'symbol',
      minzoom: 6.5,
      layout: {
        'text-field': ['coalesce', ['get', 'name'], ''],
        'text-font': ['Inter Medium'],
        'text-size': 10.5,
        'text-max-width': 8,
      },
      paint: { 'text-color': '#e59aab', 'text-halo-color': '#0a111c', 'text-halo-width': 1.2 },
    },
  ],
  hotspots: [
    { id: 'hotspots/fill', type: 'fill', paint: { 'fill-color': HOT, 'fill-opacity': 0.16 } },
    { id: 'hotspots/line', type: 'line', paint: { 'line-color': HOT, 'line-width': 1.4, 'line-opacity': 0.8 } },
  ],
  cells: [
    {
      id: 'cells/fill',
      type: 'fill',
      paint: { 'fill-color': INTERFERENCE, 'fill-opacity': ['step', SHARE, 0.1, 0.02, 0.3, 0.1, 0.42] },
    },
    {
      id: 'cells/line',
      type: 'line',
      paint: { 'line-color': INTERFERENCE, 'line-width': 0.6, 'line-opacity': ['step', SHARE, 0.25, 0.02, 0.7] },
    },
  ],
};

// Viridis: told apart without colours, and by those who see few of them.
export const DENSITY = ['#3b528b', '#21918c', '#5ec962', '#fde725'];

// Cells are larger where the map is smaller, and hold more: what counts as much goes along with the zoom.
const busy = (most) => [
  'interpolate',
  ['linear'],
  ['/', ['ln', ['+', 1, ['get', 'aircraft_hours']]], Math.log(1 + most)],
  0,
  DENSITY[0],
  0.4,
  DENSITY[1],
  0.75,
  DENSITY[2],
  1,
  DENSITY[3],
];

export const TILES = {
  density: [
    {
      id: 'density/fill',
      type: 'fill',
      paint: {
        'fill-color': ['step', ['zoom'], busy(2000), 2, busy(800), 5, busy(200), 6, busy(50)],
        'fill-opacity': 0.42,
      },
    },
  ],
  coverage: [
    { id: 'coverage/fill', type: 'fill', paint: { 'fill-color': '#4fa3e0', 'fill-opacity': 0.12 } },
    { id: 'coverage/line', type: 'line', paint: { 'line-color': '#4fa3e0', 'line-width': 0.6, 'line-opacity': 0.5 } },
  ],
  tracks: [
    {
      id: 'tracks/line',
      type: 'line',
      filter: ['in', ['geometry-type'], ['literal', ['LineString', 'MultiLineString']]],
      paint: {
        'line-color': '#7f9cc0',
        'line-width': ['interpolate', ['linear'], ['zoom'], 3, 0.5, 9, 1.4],
        'line-opacity': 0.5,
      },
    },
  ],
};
