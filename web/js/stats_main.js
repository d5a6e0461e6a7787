// The statistics page: asks the service for its figures, and again every minute, and hands each part what it shows.
import { createApi } from './api.js';
import { createBus } from './bus.js';
import { $, h, setText } from './dom.js';
import { formatHash, parseHash } from './hash.js';
import { icon } from './icons.js';
import { bindPrefs, kept } from './prefs.js';
import { Settings } from './settings.js';
import { createState, INITIAL } from './state.js';
import { askForecast, askHotspots, showForecast, showHotspots } from './stats_gathered.js';
import { showDrift } from './stats_drift.js';
import { showHeat } from './stats_heat.js';
import { askFeeds, showFeeds } from './stats_feeds.js';
import { showAircraft, showAreas, showQuality, showScorecard } from './stats_tables.js';
import { reviewData, showReviews } from './stats_reviews.js';
import { showTiles } from './stats_tiles.js';
import { TEXTS } from './texts.js';
import { WATCH } from './texts/watch_en.js';
import { bindTheme } from './theme.js';
import { parseTime, rfc3339, stampText } from './time.js';

const T = TEXTS.statistics;
const AGAIN_MS = 60_000;
const SPANS = [24, 168, 720]; // hours
const MOST = 1000; // groups asked for: the most frequent are chosen from these

const api = createApi();

// Each part: its section, what it asks for, and what shows the answer.
const PARTS = [
  { id: 'kpis', title: T.kpis, ask: ({ hours }) => api.get('/kpis', { hours }), show: showTiles },
  { id: 'heat', title: T.heat, note: T.heatNote, ask: heatData, show: showHeat },
  { id: 'areas', title: T.areas, note: T.rateNote, ask: ({ datetime }) => groups('cell', datetime, { resolution: 2 }), show: showAreas },
  { id: 'craft', title: T.craft, note: T.craftNote, ask: ({ datetime }) => groups('aircraft', datetime), show: showAircraft },
  { id: 'hotspots', title: T.hotspots, note: T.hotspotsNote, ask: (asked) => askHotspots(api, asked), show: showHotspots },
  { id: 'forecast', title: T.forecast, note: T.forecastNote, ask: (asked) => askForecast(api, asked), show: showForecast },
  { id: 'drift', title: T.drift, note: T.driftNote, ask: () => api.get('/statistics/drift', { f: 'json' }), show: showDrift },
  { id: 'quality', title: T.quality, note: T.qualityNote, ask: ({ hours }) => api.get('/kpis', { hours }), show: showQuality },
  { id: 'feeds', title: T.feeds, note: T.feedsNote, ask: () => askFeeds(api), show: showFeeds },
  { id: 'reviews', title: WATCH.proposals.title, note: WATCH.proposals.note, ask: () => reviewData(api), show: showReviews },
  { id: 'card', title: T.card, note: T.cardNote, ask: () => api.get('/classes'), show: showScorecard },
];

const groups = (by, datetime, more = {}) => api.get('/statistics', { by, datetime, limit: MOST, f: 'json', ...more });

async function heatData({ hours }) {
  const [stats, { classes }] = await Promise.all([api.get('/stats', { hours, f: 'json' }), api.get('/classes')]);
  return { stats, classes };
}

function wanted() {
  const hours = Number(new URLSearchParams(location.search).get('hours'));
  return SPANS.includes(hours) ? hours : SPANS[0];
}

// The last so many hours of data time, as the API takes an interval.
async function question(hours) {
  const { data_time: now } = await api.get('/health');
  const end = parseTime(now);
  if (!Number.isFinite(end)) return { hours, end: NaN, datetime: undefined };
  return { hours, end, datetime: `${rfc3339(end - hours * 3_600_000)}/${rfc3339(end)}` };
}

async function load() {
  try {
    const asked = await question(wanted());
    setText($('#span'), Number.isFinite(asked.end) ? T.until(stampText(asked.end)) : T.nothing);
    await Promise.all(PARTS.map((part) => fill(part, asked)));
  } catch (error) {
    setText($('#span'), T.failed(error.message));
  }
  document.body.dataset.ready = 'true';
}

async function fill({ id, title, note, ask, show }, asked) {
  const root = $(`#${id}`);
  const head = [h('h2', { id: `${id}-title`, text: title }), note ? h('p', { class: 'note', text: note }) : null].filter(Boolean);
  if (!root.childElementCount) root.replaceChildren(...head, h('div', { class: 'skeleton' }));
  try {
    const shown = await show(await ask(asked), { api, asked });
    root.replaceChildren(...head, ...[shown].flat().filter(Boolean));
  } catch (error) {
    root.replaceChildren(...head, h('p', { class: 'notice', text: T.failed(error.message) }));
  }
}

function spanChoice() {
  const choose = (hours) => {
    history.replaceState(null, '', hours === SPANS[0] ? location.pathname + location.hash : `?hours=${hours}${location.hash}`);
    mark();
    load();
  };
  const buttons = SPANS.map((hours) => h('button', { type: 'button', 'data-hours': hours, text: T.spans[hours], onclick: () => choose(hours) }));
  const mark = () => buttons.forEach((one) => one.setAttribute('aria-pressed', String(Number(one.dataset.hours) === wanted())));
  mark();
  return h('div', { class: 'segmented', role: 'group', 'aria-label': T.span }, buttons);
}

// Only what a reader prefers belongs to this page; where the map looks does not.
function preferences(bus) {
  const { theme, units, zone } = { ...kept(), ...parseHash(location.hash) };
  const state = createState({ theme, units, zone });
  bindPrefs(state, bus);
  bindTheme(bus, () => {});
  const write = () => history.replaceState(null, '', location.pathname + location.search + formatHash({ ...INITIAL, ...pick(state.get()) }));
  bus.on('prefs', () => {
    write();
    load();
  });
  return state;
}

const pick = ({ theme, units, zone }) => ({ theme, units, zone });

function start() {
  const state = preferences(createBus());
  const settings = new Settings($('#settings'), { state }, { onMap: false });
  $('#tools').append(h('a', { class: 'button', href: '/' }, icon('globe'), T.map), settings.button);
  $('#choice').append(spanChoice());
  load();
  setInterval(() => document.hidden || load(), AGAIN_MS);
}

start();
