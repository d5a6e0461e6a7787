// What can be done with what is selected: go there, play it, copy its link or its GeoJSON, take it all as one file.
import { downloadBundle } from './bundle.js';
import { h } from './dom.js';
import { formatHash } from './hash.js';
import { go, goBounds } from './map.js';
import { wordButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.actions;
const FLASH_MS = 1400;

export function anomalyActions(one, map, app) {
  return h(
    'div',
    { class: 'actions tiles' },
    wordButton('target', T.zoom, () => one.box && goBounds(map, one.box), { title: T.zoomTip }),
    wordButton('play', T.replay, () => app.replay.start(one), { title: T.replayTip }),
    wordButton('link', T.link, (event) => copyLink(event, one, 'anomaly', app), { title: T.linkTip }),
    wordButton('copy', T.geojson, (event) => copy(event, JSON.stringify(one.feature, null, 2)), { title: T.geojsonTip }),
    wordButton('download', T.bundle, (event) => download(event, one, app), { title: T.bundleTip }),
  );
}

// The address of an anomaly or an incident, at its own time: it shows the same tomorrow.
function permalink(one, kind, app) {
  const end = Math.min(app.clock.live(), one.end + 60_000);
  const state = { ...app.state.get(), live: false, at: one.end, end, selected: { kind, id: one.id } };
  return new URL(formatHash(state), location.href).href;
}

export const copyLink = (event, one, kind, app) => copy(event, permalink(one, kind, app));

export function aircraftActions(id, map, app) {
  const zoom = () => {
    const center = app.fleet.where(id);
    if (center) go(map, { center, zoom: Math.max(8, map.getZoom()) });
  };
  return h(
    'div',
    { class: 'actions' },
    wordButton('target', T.zoom, zoom),
    followButton(id, app),
    wordButton('link', T.link, (event) => copy(event, location.href)),
  );
}

function followButton(id, app) {
  const button = wordButton('plane', T.follow, () => app.follow.toggle(id), { title: T.followTip, 'aria-pressed': String(app.follow.id === id) });
  const off = app.bus.on('follow', (now) => (button.isConnected ? button.setAttribute('aria-pressed', String(now === id)) : off()));
  return button;
}

// The clipboard is only there on secure pages, and the user may refuse it: either way the button says so.
async function copy(event, text) {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(text);
    flash(button, T.copied);
  } catch {
    flash(button, T.refused);
  }
}

async function download(event, one, app) {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await downloadBundle(one, app);
  } catch (error) {
    flash(button, T.failed);
    app.bus.emit('trouble', error.message);
  }
  button.disabled = false;
}

function flash(button, text) {
  const word = button.lastChild;
  if (button.dataset.busy) return;
  const before = word.data;
  button.dataset.busy = '1';
  word.data = text;
  setTimeout(() => {
    word.data = before;
    delete button.dataset.busy;
  }, FLASH_MS);
}
