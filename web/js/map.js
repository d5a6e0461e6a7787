// The MapLibre map: made once, bound to the state (view, projection, graticule); finer coasts come on first need.
import * as maplibre from 'maplibre-gl';
import { basemapStyle, showWorld, TIERS } from './basemap.js';
import { throttle } from './bus.js';
import { createGround } from './ground.js';
import { drawLean } from './lean.js';
import { addOwn } from './own_layers.js';
import { TEXTS } from './texts.js';

const AROUND = 0.12; // of the shorter side
const START = { center: [14, 40], zoom: 2.2 };
const reduced = matchMedia('(prefers-reduced-motion: reduce)');

// Resolves with the map once its style is loaded; `begun` is given it before anything is drawn. `rough`: it begins with land
// and nothing else, until bindWorld() shows the rest.
export function createMap(container, state, { begun = () => {}, rough = false } = {}) {
  const { view, projection } = state.get();
  const map = new maplibre.Map({
    container,
    style: { ...basemapStyle({ rough }), projection: { type: projection } },
    center: view ? [view.lng, view.lat] : START.center,
    zoom: view?.zoom ?? START.zoom,
    bearing: view?.bearing ?? 0,
    pitch: view?.pitch ?? 0,
    maxZoom: 14,
    maxPitch: 60,
    fadeDuration: reduced.matches ? 0 : 150,
    attributionControl: false,
    cooperativeGestures: false,
  });
  begun(map);
  map.addControl(
    new maplibre.AttributionControl({ compact: false, customAttribution: TEXTS.controls.credits }),
    'bottom-left',
  );
  map.addControl(scaleOf(state), 'bottom-left');
  map.getCanvas().setAttribute('aria-label', TEXTS.controls.map);
  bindView(map, state);
  state.on(['projection'], ({ projection: type }) => map.setProjection({ type }));
  return new Promise((resolve) =>
    map.once('style.load', () => {
      if (!rough) bindWorld(map, state);
      addOwn(map, createGround(), 'countries');
      drawLean(map);
      resolve(map);
    }),
  );
}

// How far is how far, in the units that the reader prefers.
function scaleOf(state) {
  const unit = () => (state.get().units === 'metric' ? 'metric' : 'nautical');
  const scale = new maplibre.ScaleControl({ unit: unit(), maxWidth: 90 });
  state.on(['units'], () => scale.setUnit(unit()));
  return scale;
}

function bindView(map, state) {
  const note = throttle(() => {
    const { lng, lat } = map.getCenter().wrap();
    state.set({ view: { lng, lat, zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() } });
  }, 250);
  // Only what the user did counts as a choice of view; the first fit to the data does not.
  map.on('moveend', (event) => (event.originalEvent || event.chosen || state.get().view ? note() : undefined));
}

function bindDetail(map) {
  const waiting = [...TIERS];
  const add = () => {
    while (waiting.length && map.getZoom() > waiting[0].zoom - 0.3) addTier(map, waiting.shift());
  };
  add();
  map.on('zoom', add);
}

function addTier(map, { zoom, sources, layers, replaces }) {
  for (const [id, source] of Object.entries(sources)) map.addSource(id, source);
  for (const [layer, before] of layers()) map.addLayer(layer, before);
  onceDrawn(map, Object.keys(sources), () => replaces.forEach((id) => map.setLayerZoomRange(id, 0, zoom)));
}

// What something replaces stays until that is drawn, so the land never vanishes; a map whose aircraft move is hardly ever idle.
function onceDrawn(map, sources, fn) {
  const drawn = () => {
    if (!sources.every((id) => map.isSourceLoaded(id))) return;
    map.off('render', drawn);
    fn();
  };
  map.on('render', drawn);
}

// The world, and what is seen of it closer up.
export function bindWorld(map, state) {
  const apply = (now) => showWorld(map, now);
  state.on(['layers'], apply);
  apply(state.get());
  bindDetail(map);
}

// Moves the view, at once where the user asked for less motion. What listens to the move is told why it was made.
export function go(map, camera, why = {}) {
  const options = { ...camera, essential: false };
  const told = { chosen: true, ...why };
  if (reduced.matches) map.jumpTo(options, told);
  else map.easeTo({ duration: 700, ...options }, told);
}

export function goBounds(map, [west, south, east, north], options = {}, why = {}) {
  // Room around it: where something is, its surroundings say.
  const { clientWidth, clientHeight } = map.getContainer();
  const camera = map.cameraForBounds(
    [
      [west, south],
      [east, north],
    ],
    { padding: Math.round(AROUND * Math.min(clientWidth, clientHeight)), maxZoom: 9, ...options },
  );
  if (camera) go(map, camera, why);
}
