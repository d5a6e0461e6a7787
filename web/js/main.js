// Wires the page: makes the parts, hands each what it needs, and starts. The only place that knows them all.
import { createAircraftLayer } from './aircraft_layer.js';
import { Anomalies } from './anomalies.js';
import { AnomalyLayers } from './anomaly_layers.js';
import { recolour } from './basemap.js';
import { api, begun, bus, early, state } from './begin.js';
import { throttle } from './bus.js';
import { createClock } from './clock.js';
import { addControls } from './controls.js';
import { $, setText } from './dom.js';
import { firstPicture, wholePicture } from './first_picture.js';
import { Fleet } from './fleet.js';
import { createAddress, formatHash } from './hash.js';
import { Incidents } from './incidents.js';
import { createLater, wake } from './later.js';
import { ListPanel } from './list_panel.js';
import { bindWorld, goBounds } from './map.js';
import { glides, startMotion } from './motion.js';
import { Overlays } from './overlays.js';
import { addOwn, watchContext } from './own_layers.js';
import { Pointer } from './pointer.js';
import { Session } from './session.js';
import { bindSheets, bindToasts } from './sheets.js';
import { brand, Status } from './status.js';
import { TEXTS } from './texts.js';
import { bindTheme } from './theme.js';
import { TimeMachine } from './timemachine.js';
import { Track } from './track.js';
import { bindSieve, Traffic } from './traffic.js';
import { bindWhere } from './where_bound.js';

function createApp() {
  const clock = createClock();
  const app = {
    bus,
    clock,
    state,
    api,
    early,
    classes: [],
    fleet: new Fleet({ clock, smooth: glides }),
    anomalies: new Anomalies({ bus, api, clock, span: () => app.span() }),
  };
  app.incidents = new Incidents(app);
  app.classOf = (id) => app.session.classOf(id);
  // [start, end] of the time bar, epoch ms.
  app.span = () => {
    const { live, end, window } = state.get();
    const right = live ? clock.live() : end;
    return [right - window * 1000, right];
  };
  // From what lies on top to what lies below.
  const closing = () => [app.card, app.draw, app.watchForm, app.watchPanel, app.detail, app.areaPanel, app.compare, app.traffic];
  app.escape = () => app.timebar?.jump.toggle(false) || app.status.toggle(false) || closing().some((part) => part?.close());
  return app;
}

function buildMapParts(app, map) {
  app.anomalyLayers = new AnomalyLayers(map, app);
  app.overlays = new Overlays(map, app);
  app.track = new Track(map, app);
  const show = () => map.setLayoutProperty('aircraft', 'visibility', app.state.get().layers.aircraft ? 'visible' : 'none');
  addOwn(map, createAircraftLayer(app), 'selected/line', show);
  app.state.on(['layers'], show);
  app.pointer = new Pointer(map, app);
  app.session = new Session(map, app);
  app.time = new TimeMachine(map, app);
  bindSieve(app, () => map.triggerRepaint());
}

function buildFirst(app, map) {
  app.list = new ListPanel($('#list'), map, app);
  app.status = new Status($('#status'), app);
  const { title, help } = brand($('#brand'), { onhelp: () => app.later(() => app.help.toggle()) });
  help.id = 'help-button';
  $('#status').after(help);
  bindTheme(app.bus, () => recolour(map));
  app.bus.on('prefs', () => repaint(app, map));
  addControls($('#controls'), map, app);
  app.traffic = new Traffic($('#controls'), map, app);
  bindWhere(app);
  bindSheets(app);
  bindToasts(app, { toast: $('#toast'), live: $('#announce') });
  app.bus.on('title', (text) => {
    setText(title, text);
    document.title = text;
  });
  app.bus.on('reveal', (one) => reveal(map, one));
}

// Everything again, in other units, times or colours.
function repaint({ bus, detail }, map) {
  bus.emit('classes');
  bus.emit('anomalies');
  if (detail?.isOpen) detail.show();
  map.triggerRepaint();
}

// Room that the panels take from the map, so that "centre" means the middle of what can be seen.
function paddingNow() {
  const style = getComputedStyle(document.documentElement);
  const px = (name) => parseFloat(style.getPropertyValue(name)) || 0;
  const [left, right] = [px('--left-w'), px('--right-w')];
  if (left) return { left: left + 16, right: right + 16, top: px('--top-h') + 8, bottom: px('--bar-h') + px('--dock-h') + 20 };
  const sheet = document.body.dataset.sheet ? Math.min(innerHeight * 0.64, 560) : px('--bar-h');
  return { left: 0, right: 0, top: px('--top-h'), bottom: px('--tabs-h') + sheet };
}

// Only what changed is told to the map: every word about padding stops a flight that is under way.
function padder(map) {
  let told = '';
  return () => {
    const padding = paddingNow();
    if (JSON.stringify(padding) !== told) map.setPadding(padding);
    told = JSON.stringify(padding);
  };
}

const PLAIN_PX = 28; // a shape smaller than this on the screen is gone closer to

// An anomaly opened from the list comes into view, and close enough to be seen as more than a marker.
function reveal(map, one) {
  if (!one.box || !one.anchor) return;
  const { x, y } = map.project(one.anchor);
  const pad = paddingNow();
  const { clientWidth, clientHeight } = map.getCanvas();
  const inside = x > pad.left && y > pad.top && x < clientWidth - pad.right && y < clientHeight - pad.bottom;
  const shown = (one.size / 360) * 512 * 2 ** map.getZoom();
  if (inside && shown > PLAIN_PX) return;
  goBounds(map, one.box, { maxZoom: Math.max(9.5, map.getZoom()) }, { revealing: true });
}

const WRITTEN_MS = 500; // while time plays it changes all the time, and Safari takes 100 addresses in 30 s

function bindAddress(app, map) {
  const address = createAddress();
  const write = throttle(() => address.write(formatHash(app.state.get())), WRITTEN_MS);
  app.state.on(['view', 'off', 'layers', 'projection', 'window', 'live', 'at', 'end', 'selected', 'extent', 'sort'], write);
  app.state.on(['theme', 'units', 'zone', 'area', 'only', 'opacity', 'compare', 'desk', 'craft', 'table'], write);
  addEventListener('hashchange', () => {
    const wanted = address.read();
    app.state.set(wanted);
    const { view } = wanted;
    if (view) map.jumpTo({ center: [view.lng, view.lat], zoom: view.zoom, bearing: view.bearing, pitch: view.pitch });
  });
}

async function start() {
  const app = createApp();
  const container = $('#map');
  const { map, release } = await begun;
  let pictured;
  app.pictured = new Promise((resolve) => (pictured = resolve));
  const unread = ({ message }) => app.bus.emit('trouble', TEXTS.controls.unread(message));
  const panels = createLater(() => fetchPanels(app, map), unread);
  app.later = createLater(() => fetchRest(app, map, panels.built), unread);
  app.state.on(['selected'], ({ selected }) => selected && app.later());
  buildMapParts(app, map);
  buildFirst(app, map);
  bindAddress(app, map);
  const repad = padder(map);
  repad();
  addEventListener('resize', throttle(repad, 100));
  app.state.on(['sheet', 'selected'], repad);
  app.bus.on('dock', repad);
  setInterval(() => [app.timebar, app.status, app.layersPanel, app.detail, app.follow].forEach((part) => part?.tick()), 1000);
  startMotion(map, app);
  watchContext(map, (lost) => (lost ? stop(TEXTS.session.lost) : ($('#fatal').hidden = true)));
  container.skysift = { map, app }; // for tests and for the curious: nothing reads it
  await app.session.start();
  await firstPicture(map, release);
  document.body.dataset.usable = 'true';
  performance.mark('usable');
  pictured();
  await Promise.all([wholePicture(map, () => bindWorld(map, app.state)), panels(), app.incidents.start()]);
  document.body.dataset.whole = 'true';
  performance.mark('whole');
  delete document.documentElement.dataset.loading;
  await app.later();
  document.body.dataset.ready = 'true';
  performance.mark('ready');
}

async function fetchPanels(app, map) {
  const dressed = wake('later');
  const [{ buildPanels }, { Stream }] = await Promise.all([import('./panels.js'), import('./stream.js'), dressed]);
  app.stream ??= new Stream(app.bus);
  await buildPanels(app, map);
}

async function fetchRest(app, map, panelled) {
  const dressed = wake('last');
  const [{ buildRest }] = await Promise.all([import('./rest.js'), panelled(), dressed]);
  buildRest(app, map);
}

// Nothing works without a map: `head`, where it is another than that the map could not start.
function stop({ head, text }) {
  const box = $('#fatal');
  box.hidden = false;
  if (head) setText($('h1', box), head);
  setText($('p', box), text);
}

start().catch((error) => {
  console.error(error);
  stop({ text: error?.message || TEXTS.session.broken });
});
