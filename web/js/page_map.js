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

// The basemap, and over it these sources and layers.
function style({ sources, layers }) {
  const { sea, land, edge } = dark.matches ? NIGHT : DAY;
  const file = (name) => ({ type: 'geojson', data: `${STATIC}basemap/${name}.json`, maxzoom: 5 });
  return {
    version: 8,
    sources: { ground: file('land50m'), borders: file('borders50m'), ...sources },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': sea } },
      { id: 'land', type: 'fill', source: 'ground', paint: { 'fill-color': land, 'fill-outline-color': edge } },
      { id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': edge, 'line-width': 0.6 } },
      ...layers,
    ],
  };
}

// How GeoJSON is drawn; tiles come with a style of their own.
function plain(data) {
  const { mark, ring } = dark.matches ? NIGHT : DAY;
  const drawn = (id, type, filter, paint) => ({ id, type, source: 'features', filter, paint });
  return {
    sources: { features: { type: 'geojson', data } },
    layers: [
      drawn('areas', 'fill', isArea, { 'fill-color': mark, 'fill-opacity': 0.18 }),
      drawn('lines', 'line', ['!', isPlace], { 'line-color': mark, 'line-width': 1.8 }),
      drawn('places', 'circle', isPlace, { 'circle-color': mark, 'circle-radius': 4, 'circle-stroke-color': ring, 'circle-stroke-width': 1 }),
    ],
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

// `own` gives sources and layers, in the colours that the page has now.
function draw(element, own, bounds) {
  const look = () => style(own());
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

// What an address says; null where it cannot be read, which the element then tells.
async function read(element, url) {
  const answer = await fetch(url);
  if (answer.ok) return answer.json();
  element.textContent = PAGES.unread;
  return null;
}

async function fill(element) {
  const data = await read(element, source(element.dataset.source));
  if (data) draw(element, () => plain(data), extent(data));
}

async function fillTiles(element) {
  const own = await read(element, element.dataset.style);
  if (own) draw(element, () => own, WORLD);
}

for (const element of document.querySelectorAll('.map[data-source]')) fill(element);
for (const element of document.querySelectorAll('.map[data-style]')) fillTiles(element);
