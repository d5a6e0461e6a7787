// The offline basemap by night and by day: a MapLibre style over the files that the set-up builds. Nothing comes from another host.
import { isLight } from './prefs.js';

const BASE = new URL('/static/', location.href).href;
const GRATICULE = ['graticule', 'graticule-fine'];
export const DETAIL_ZOOM = 4.5; // coasts and borders at 1:10m from here on
const NAMES_ZOOM = 2.7; // rivers, provinces and towns from here on

const RANGES = {
  latin: ['U+0000-00FF', 'U+0131', 'U+0152-0153', 'U+2000-206F'],
  'latin-ext': ['U+0100-02AF', 'U+1E00-1EFF'],
  cyrillic: ['U+0400-04FF'],
  greek: ['U+0370-03FF'],
};

const NIGHT = {
  sea: '#080e17', land: '#111926', glow: '#1f5a80', glowing: 0.32, coast: '#2f6486', border: '#35465d', shore: '#1c3a52',
  grid: '#7fa2c4', river: '#17304a', province: '#263448', dot: '#7c90a8', ring: '#060a11', town: '#8fa3ba', country: '#536a85',
}; // prettier-ignore
const DAY = {
  sea: '#d3e0ea', land: '#f4f5f3', glow: '#a9c4d8', glowing: 0.5, coast: '#8fabc0', border: '#b3bcc6', shore: '#b4cad9',
  grid: '#5b7d9c', river: '#c3d7e5', province: '#d3d9df', dot: '#6d7f91', ring: '#ffffff', town: '#4d6073', country: '#7b8fa3',
}; // prettier-ignore
const ink = () => (isLight() ? DAY : NIGHT);

const RANK = ['step', ['zoom'], 1, 3, 2, 4, 3, 5, 4, 6, 5, 8, 6, 9, 7]; // size class of towns that are named at a zoom

function face(weight) {
  const one = ([subset, range]) => ({
    url: `${BASE}fonts/inter-${subset}-${weight}-normal.woff2`,
    'unicode-range': range,
  });
  return Object.entries(RANGES).map(one);
}

const file = (name, options = {}) => ({ type: 'geojson', data: `${BASE}basemap/${name}.json`, ...options });

// Coasts and borders at 1:50m, lakes, graticule and names of countries, as the set-up has cut them into tiles.
const WORLD = 'world';
const FIRST = 'land50';
const TILES = { type: 'vector', tiles: [`${BASE}basemap/ground/{z}/{x}/{y}.pbf`], maxzoom: 4 };

// `rough`: until showWorld() there is land alone. Its coast is the outline of its area then: a line of its own would need another
// program before anything is seen.
export function basemapStyle({ rough = false } = {}) {
  const [sea, ...more] = [...ground(), countryNames()];
  const waiting = (layer) => ({ ...layer, layout: { ...layer.layout, visibility: 'none' } });
  const outlined = (layer) => ({ ...layer, paint: { 'fill-color': ink().land, 'fill-outline-color': ink().coast } });
  const roughly = (layer) => (layer.id === FIRST ? outlined(layer) : waiting(layer));
  return {
    version: 8,
    name: 'Skysift',
    sky: { 'atmosphere-blend': ['interpolate', ['linear'], ['zoom'], 0, 0.3, 5, 0.2, 7, 0] },
    'font-faces': { 'Inter Medium': face(500), 'Inter SemiBold': face(600) },
    sources: { [WORLD]: TILES },
    layers: [sea, ...(rough ? more.map(roughly) : more)],
  };
}

export function showWorld(map, { layers }) {
  for (const id of map.getLayersOrder().filter((one) => map.getLayer(one).source === WORLD)) {
    const shown = layers.graticule || !GRATICULE.includes(id);
    map.setLayoutProperty(id, 'visibility', shown ? 'visible' : 'none');
  }
  map.setPaintProperty(FIRST, 'fill-antialias', false);
}

// A GeoJSON source is fetched when it is added, whatever the zoom of its layers: so what is only seen close up waits.
export const TIERS = [
  {
    zoom: NAMES_ZOOM,
    sources: { rivers: file('rivers', { maxzoom: 8 }), admin1: file('admin1', { maxzoom: 8 }), places: file('places') },
    layers: () => [
      [riverLines(), 'graticule'],
      [provinceLines(), 'graticule'],
      [placeDots(), 'countries'],
      [placeNames(), 'countries'],
    ],
    replaces: [],
  },
  {
    zoom: DETAIL_ZOOM,
    sources: { land10: file('land10m', { tolerance: 0.3, maxzoom: 9 }), borders10: file('borders10m', { maxzoom: 9 }) },
    layers: () => [
      [coastGlow('glow10', 'land10', FINE), 'lakes'],
      [land('land10', 'land10', FINE), 'lakes'],
      [borders('borders10', 'borders10', FINE), 'borders50'],
      [coast('coast10', 'land10', FINE), 'borders50'],
    ],
    replaces: ['glow50', 'land50', 'borders50', 'coast50'],
  },
];
const FINE = { minzoom: DETAIL_ZOOM };

const line = (id, source, paint, more = {}) => ({ id, type: 'line', source, paint, ...more });
const coastGlow = (id, source, more) =>
  line(id, source, { 'line-color': ink().glow, 'line-width': 8, 'line-blur': 8, 'line-opacity': ink().glowing }, more);
const plain = (id, source, color, more) => ({
  id,
  type: 'fill',
  source,
  paint: { 'fill-color': color, 'fill-antialias': false },
  ...more,
});
const land = (id, source, more) => plain(id, source, ink().land, more);
const of = (layer, more = {}) => ({ 'source-layer': layer, ...more });
const grid = (id, opacity, filter) =>
  line(id, WORLD, { 'line-color': ink().grid, 'line-opacity': opacity, 'line-width': 0.7 }, of('graticule', { filter }));
const coast = (id, source, more) =>
  line(
    id,
    source,
    { 'line-color': ink().coast, 'line-width': ['interpolate', ['linear'], ['zoom'], 1, 0.5, 6, 0.9] },
    more,
  );
const borders = (id, source, more) =>
  line(
    id,
    source,
    { 'line-color': ink().border, 'line-width': ['interpolate', ['linear'], ['zoom'], 1, 0.5, 6, 1] },
    more,
  );

// All lines, and all areas, are drawn by one program each, as nothing of their paint depends on the feature: making another
// one takes the driver long.
function ground() {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': ink().sea } },
    coastGlow('glow50', WORLD, of('land')),
    land('land50', WORLD, of('land')),
    plain('lakes', WORLD, ink().sea, of('lakes')),
    line('shores', WORLD, { 'line-color': ink().shore, 'line-width': 0.7 }, of('lakes')),
    grid('graticule', 0.11, ['==', ['get', 'm'], 1]),
    grid('graticule-fine', 0.055, ['!=', ['get', 'm'], 1]),
    borders('borders50', WORLD, of('borders')),
    coast('coast50', WORLD, of('land')),
  ];
}

const riverLines = () =>
  line(
    'rivers',
    'rivers',
    { 'line-color': ink().river, 'line-width': ['interpolate', ['linear'], ['zoom'], 3, 0.4, 8, 1.4] },
    { minzoom: 3 },
  );
const provinceLines = () =>
  line('admin1', 'admin1', { 'line-color': ink().province, 'line-width': 0.6, 'line-dasharray': [3, 3] }, { minzoom: 3 });

function placeDots() {
  const radius = ['case', ['==', ['get', 'c'], 1], 2.2, 1.5];
  const paint = {
    'circle-radius': radius,
    'circle-color': ink().dot,
    'circle-stroke-color': ink().ring,
    'circle-stroke-width': 1,
  };
  return {
    id: 'places-dot',
    type: 'circle',
    source: 'places',
    minzoom: 3.4,
    filter: ['<=', ['get', 'r'], RANK],
    paint,
  };
}

function placeNames() {
  const layout = {
    'text-field': ['get', 'n'],
    'text-font': ['Inter Medium'],
    'text-size': ['interpolate', ['linear'], ['zoom'], 3, ['-', 12.5, ['get', 'r']], 8, ['-', 15, ['get', 'r']]],
    'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
    'text-radial-offset': 0.5,
    'symbol-sort-key': ['-', 0, ['get', 'p']],
  };
  const paint = { 'text-color': ink().town, 'text-halo-color': ink().land, 'text-halo-width': 1.2 };
  return {
    id: 'places',
    type: 'symbol',
    source: 'places',
    minzoom: 3,
    filter: ['<=', ['get', 'r'], RANK],
    layout,
    paint,
  };
}

function countryNames() {
  const layout = {
    'text-field': ['upcase', ['get', 'name']],
    'text-font': ['Inter SemiBold'],
    'text-size': ['interpolate', ['linear'], ['zoom'], 1, 8.5, 5, 12.5],
    'text-letter-spacing': 0.14,
    'text-max-width': 7,
    'symbol-sort-key': ['-', 0, ['get', 'a']],
  };
  const paint = { 'text-color': ink().country, 'text-halo-color': ink().land, 'text-halo-width': 1.1 };
  const filter = ['>=', ['get', 'a'], ['step', ['zoom'], 120, 2, 40, 3, 8, 4, 1.5, 5, 0]];
  return { id: 'countries', type: 'symbol', source: WORLD, ...of('countries'), maxzoom: 7, filter, layout, paint };
}

// Every layer that is there, in the colours of the theme as it is now.
export function recolour(map) {
  const layers = [...ground(), countryNames(), ...TIERS.flatMap((tier) => tier.layers().map(([layer]) => layer))];
  for (const { id, paint } of layers)
    if (map.getLayer(id)) for (const [name, value] of Object.entries(paint)) map.setPaintProperty(id, name, value);
}
