// The whole of an incident: summary, review, what happened when, and each of its anomalies.
import { copyLink } from './actions.js';
import { h } from './dom.js';
import { aircraftLinks } from './facts.js';
import { goBounds } from './map.js';
import { block, chipOf, colorOf, wordButton } from './parts.js';
import { TEXTS } from './texts.js';
import { WATCH } from './texts/watch_en.js';
import { clockText, dateText, spanText, zoneText } from './time.js';

const T = WATCH.incidents;

// The title and the content of the detail. `whole`: the answer of /incidents/{id}.
export function incidentParts(one, whole, map, app) {
  const body = [
    h('p', { class: 'lead', text: one.summary }),
    h('div', { class: 'actions' }, one.box ? wordButton('target', T.area, () => goBounds(map, one.box)) : null, wordButton('link', T.link, (event) => copyLink(event, one, 'incident', app), { title: T.linkTip }), queueSelect(one, app)),
    facts(one, app),
    app.review.blockOf({ kind: 'incident', id: one.id }, whole.reviews ?? whole.properties?.reviews ?? null),
    block(T.timeline, timeline(one, app)),
  ];
  return { title: T.title, uiIcon: 'layers', badge: one.priority, body };
}

function facts(one, app) {
  const when = `${dateText(one.start)} ${clockText(one.start)} – ${clockText(one.end)} ${zoneText(one.end)} (${spanText(one.end - one.start)})`;
  const rows = [
    [T.band, h('span', { class: `band ${one.band}`, text: T.bands[one.band] ?? one.band, title: T.bandTips[one.band] })],
    [TEXTS.facts.confidence, `${Math.round(one.confidence * 100)} %`],
    [TEXTS.facts.when, when],
    [T.members, T.about(one.count, one.classes.length)],
    [TEXTS.facts.aircraft, aircraftLinks(one.members, app)],
    [T.raised, one.raised || null],
  ].filter(([, value]) => value);
  return h('dl', { class: 'facts-grid' }, rows.map(([name, value]) => h('div', {}, h('dt', { text: name }), h('dd', {}, value)))); // prettier-ignore
}

// Who looks at it; only those who may say so can change it.
function queueSelect(one, app) {
  const { queues } = app.incidents;
  if (!queues.length || !app.access.mayWatch) return null;
  const names = queues.map(({ id, title }) => [id, title]);
  const put = async (queue) => {
    await app.api.send('PUT', `/incidents/${encodeURIComponent(one.id)}/queue`, { queue: queue || null });
    await app.incidents.whole(one.id);
  };
  const node = h('select', { class: 'toggle', 'aria-label': T.queue, onchange: () => put(node.value).catch((error) => app.bus.emit('trouble', error.message)) }, h('option', { value: '', text: T.noQueue }), names.map(([id, text]) => h('option', { value: id, text, selected: id === one.queue }))); // prettier-ignore
  return node;
}

function timeline(one, app) {
  const entry = ({ time, anomaly, class: cls, text }) => {
    const { title, style } = app.classOf(String(cls));
    const open = () => app.state.set({ selected: { kind: 'anomaly', id: anomaly } });
    return h(
      'li',
      { style: colorOf(style) },
      h('time', { text: clockText(time) }),
      h('button', { class: 'link-row', type: 'button', onclick: open }, chipOf(style), h('span', { class: 'link-text' }, h('span', { text: title }), h('small', { text, title: text }))),
    );
  };
  return h('ol', { class: 'timeline' }, one.timeline.map(entry));
}
