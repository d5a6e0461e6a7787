// The small map of a page: whatever GeoJSON or tiles its element names, over a plain basemap that is light or dark as the page is.
import * as maplibre from '../vendor/maplibre-gl.mjs';
import { PAGES } from './texts/pages_en.js';

const STATIC = new URL('..', import.meta.url).href;
const WORLD = [[-170, -56], [170, 72]];
const dark = matchMedia('(prefers-color-scheme: dark)');
const NIGHT = { sea: '#080e18', land: '#131c2a', edge: '#2f6486', mark: '#5ab4ff', ring: '#04070c' };
const DAY = { sea: '#dfe9f1', land: '#f7f9fb', edge: '#a9bccb', mark: '#0b6bcb', ring: '#ffffff' };

const isPlace = ['==', ['geometry-type'], 'Point'];
const isArea = ['==', ['geometry-type'], 'Polygon'];

// Tiles say how many lie in a place where there are too many to show each.
const radius = ['case', ['has', 'count'], ['interpolate', ['linear'], ['log10', ['+', ['get', 'count'], 1]], 0, 3, 5, 12], 4];

function style(features, layer) {
  const { sea, land, edge, mark, ring } = dark.matches ? NIGHT : DAY;
  const file = (name) => ({ type: 'geojson', data: `${STATIC}basemap/${name}.json`, maxzoom: 5 });
  return {
    version: 8,
    sources: { ground: file('land50m'), borders: file('borders50m'), features },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': sea } },
      { id: 'land', type: 'fill', source: 'ground', paint: { 'fill-color': land, 'fill-outline-color': edge } },
      { id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': edge, 'line-width': 0.6 } },
      { id: 'areas', type: 'fill', source: 'features', filter: isArea, paint: { 'fill-color': mark, 'fill-opacity': 0.18 } },
      { id: 'lines', type: 'line', source: 'features', filter: ['!', isPlace], paint: { 'line-color': mark, 'line-width': 1.8 } },
      {
        id: 'places',
        type: 'circle',
        source: 'features',
        filter: isPlace,
        paint: { 'circle-color': mark, 'circle-opacity': ['case', ['has', 'count'], 0.6, 1], 'circle-radius': radius, 'circle-stroke-color': ring, 'circle-stroke-width': 1 },
      },
    ].map((one) => (layer && one.source === 'features' ? { ...one, 'source-layer': layer } : one)),
  };
}

// Every position of a geometry, however deep it lies.
function* positions(node) {
  if (!node) return;
  if (typeof node[0] === 'number') yield node;
  else if (Array.isArray(node)) for (const one of node) yield* positions(one);
  else for (const one of node.features ?? node.geometries ?? []) yield* positions(one);
  if (node.geometry) yield* positions(node.geometry);
  if (node.coordinates) yield* positions(node.coordinates);
}

function extent(data) {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [x, y] of positions(data)) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return west > east ? WORLD : [[west, Math.max(south, -85)], [east, Math.min(north, 85)]];
}

// The page's own query, as GeoJSON and always in degrees.
function source(text) {
  const url = new URL(text, location.href);
  url.searchParams.delete('crs');
  url.searchParams.set('f', 'json');
  return url;
}

function draw(element, features, bounds) {
  const look = () => style(features, element.dataset.layer);
  const map = new maplibre.Map({
    container: element,
    style: look(),
    bounds,
    fitBoundsOptions: { padding: 28, maxZoom: 5.5 },
    attributionControl: { compact: true, customAttribution: 'MapLibre · Natural Earth' },
    cooperativeGestures: true,
    fadeDuration: 0,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), 'top-right');
  dark.addEventListener('change', () => map.setStyle(look()));
  map.once('idle', () => element.setAttribute('data-ready', ''));
}

async function fill(element) {
  const answer = await fetch(source(element.dataset.source));
  if (!answer.ok) {
    element.textContent = PAGES.unread;
    return;
  }
  const data = await answer.json();
  draw(element, { type: 'geojson', data }, extent(data));
}

for (const element of document.querySelectorAll('.map[data-source]')) fill(element);
for (const element of document.querySelectorAll('.map[data-tiles]')) {
  draw(element, { type: 'vector', url: new URL(element.dataset.tiles, location.href).href }, WORLD);
}
