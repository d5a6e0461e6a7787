// Wires the page: makes the parts, hands each what it needs, and starts. The only place that knows them all.
import { createAircraftLayer } from './aircraft_layer.js';
import { Anomalies } from './anomalies.js';
import { AnomalyLayers } from './anomaly_layers.js';
import { recolour } from './basemap.js';
import { api, begun, bus, early, state } from './begin.js';
import { throttle } from './bus.js';
import { ClassCard } from './class_card.js';
import { createClock } from './clock.js';
import { addControls } from './controls.js';
import { Detail } from './detail.js';
import { $, setText } from './dom.js';
import { firstPicture } from './first_picture.js';
import { Fleet } from './fleet.js';
import { Follow } from './follow.js';
import { formatHash, parseHash } from './hash.js';
import { bindKeys, Help } from './keyboard.js';
import { Labels } from './labels.js';
import { LayersPanel } from './layers_panel.js';
import { ListPanel } from './list_panel.js';
import { goBounds } from './map.js';
import { buildMapSide } from './map_side.js';
import { meLink } from './me.js';
import { glides, startMotion } from './motion.js';
import { Overlays } from './overlays.js';
import { addOwn, watchContext } from './own_layers.js';
import { Pointer } from './pointer.js';
import { bindPaper, printView } from './print.js';
import { Replay } from './replay.js';
import { Search } from './search.js';
import { Session } from './session.js';
import { bindSheets, bindToasts } from './sheets.js';
import { Settings } from './settings.js';
import { brand, Status } from './status.js';
import { Stream } from './stream.js';
import { TEXTS } from './texts.js';
import { bindTheme } from './theme.js';
import { TimeBar } from './timebar.js';
import { TimeSteps } from './time_steps.js';
import { TimeMachine } from './timemachine.js';
import { Track } from './track.js';
import { buildWatchSide, createWatchers } from './watch_side.js';

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
  createWatchers(app);
  app.classOf = (id) => app.session.classOf(id);
  // [start, end] of the time bar, epoch ms.
  app.span = () => {
    const { live, end, window } = state.get();
    const right = live ? clock.live() : end;
    return [right - window * 1000, right];
  };
  // From what lies on top to what lies below.
  const closing = () => [app.card, app.draw, app.watchForm, app.watchPanel, app.detail, app.areaPanel, app.compare, app.traffic];
  app.escape = () => app.timebar.jump.toggle(false) || app.status.toggle(false) || closing().some((part) => part.close());
  return app;
}

function buildMapParts(app, map) {
  app.anomalyLayers = new AnomalyLayers(map, app);
  app.overlays = new Overlays(map, app);
  app.track = new Track(map, app);
  const show = () => map.setLayoutProperty('aircraft', 'visibility', app.state.get().layers.aircraft ? 'visible' : 'none');
  addOwn(map, createAircraftLayer(app), 'selected/line', show);
  app.state.on(['layers'], show);
  app.labels = new Labels(map, app);
  app.pointer = new Pointer(map, app);
  app.session = new Session(map, app);
  app.time = new TimeMachine(map, app);
  app.steps = new TimeSteps(app);
  app.replay = new Replay(app);
  app.follow = new Follow(map, app);
}

function buildPanels(app, map) {
  app.card = new ClassCard($('#card'), app);
  app.layersPanel = new LayersPanel($('#layers'), app, { card: app.card });
  app.list = new ListPanel($('#list'), map, app);
  app.detail = new Detail($('#detail'), map, app);
  app.timebar = new TimeBar($('#timebar'), app);
  app.search = new Search($('#search'), map, app);
  app.status = new Status($('#status'), app);
  const { title, help } = brand($('#brand'), { onhelp: () => app.help.toggle() });
  const settings = new Settings($('#settings'), app, { print: () => printView(app, map) });
  $('#status').after(settings.button, help, meLink(app.bus));
  app.help = new Help($('#help'), app);
  bindPaper(map);
  bindTheme(app.bus, () => recolour(map));
  app.bus.on('prefs', () => repaint(app, map));
  addControls($('#controls'), map, app);
  buildMapSide(app, map);
  buildWatchSide(app, map);
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
  if (detail.isOpen) detail.show();
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

function bindAddress(app, map) {
  const write = throttle(() => history.replaceState(null, '', formatHash(app.state.get()) || location.pathname), 300);
  app.state.on(['view', 'off', 'layers', 'projection', 'window', 'live', 'at', 'end', 'selected', 'extent', 'sort'], write);
  app.state.on(['theme', 'units', 'zone', 'area', 'only', 'opacity', 'compare', 'desk', 'craft', 'table'], write);
  addEventListener('hashchange', () => {
    const wanted = parseHash(location.hash);
    app.state.set(wanted);
    const { view } = wanted;
    if (view) map.jumpTo({ center: [view.lng, view.lat], zoom: view.zoom, bearing: view.bearing, pitch: view.pitch });
  });
}

async function start() {
  const app = createApp();
  const container = $('#map');
  const { map, release } = await begun;
  buildMapParts(app, map);
  buildPanels(app, map);
  bindAddress(app, map);
  bindKeys(app);
  const repad = padder(map);
  repad();
  addEventListener('resize', throttle(repad, 100));
  app.state.on(['sheet', 'selected'], repad);
  app.bus.on('dock', repad);
  setInterval(() => [app.timebar, app.status, app.layersPanel, app.detail, app.follow].forEach((part) => part.tick()), 1000);
  new Stream(app.bus);
  startMotion(map, app);
  watchContext(map, (lost) => (lost ? stop(TEXTS.session.lost) : ($('#fatal').hidden = true)));
  container.skysift = { map, app }; // for tests and for the curious: nothing reads it
  await Promise.all([app.session.start(), app.access.load(), app.incidents.start()]);
  if (app.state.get().selected) app.detail.show();
  await firstPicture(map, release);
  document.body.dataset.ready = 'true';
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
