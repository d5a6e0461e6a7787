// One row of the list: what it is made of, and what of it changes.
import { h, setText } from './dom.js';
import { icon } from './icons.js';
import { chipOf, colorOf } from './parts.js';
import { TEXTS } from './texts.js';
import { WATCH } from './texts/watch_en.js';
import { agoText, clockText, rfc3339, zoneText } from './time.js';

const T = TEXTS.list;

// A row without a class yet: patchRow gives it one.
export function makeRow(one, { open, unfold }) {
  const parts = {
    title: h('span', { class: 'title' }),
    chip: h('span', { class: 'chip' }),
    who: h('span', { class: 'who' }),
    ago: h('time', { class: 'ago' }),
    text: h('span', { class: 'sentence' }),
    priority: h('span', {}),
    bar: h('span', { class: 'fill' }),
    percent: h('span', { class: 'percent' }),
    state: h('span', {}),
    band: h('span', { hidden: true }),
    status: h('span', { hidden: true }),
    more: h('span', {}),
  };
  const foot = h('span', { class: 'row-foot' }, parts.priority, h('span', { class: 'meter', 'aria-hidden': 'true' }, parts.bar), parts.percent, parts.band, parts.status, parts.state); // prettier-ignore
  const top = h('span', { class: 'row-top' }, parts.title, parts.who, parts.ago);
  const button = h(
    'button',
    { class: 'row', type: 'button', 'data-id': one.id, onclick: open },
    parts.chip,
    h('span', { class: 'row-main' }, top, parts.text, foot),
  );
  const fold = h('button', { class: 'unfold', type: 'button', onclick: unfold }, icon('chevron'), parts.more);
  const item = h('li', {}, button);
  return { item, button, fold, ...parts, cls: null };
}

// `within`: it stands under the lead of its event; `more`: how many others its event has.
// `incident`: the service's own word on all of them, where there is one. `classOf`: how a class is called and looks.
export function patchRow(row, one, { now, selected, within, more, open, incident, classOf }) {
  const percent = `${Math.round(one.confidence * 100)} %`;
  const lasts = one.open || one.end > now; // in the past, what ended later goes on
  const state = one.cleared ? 'cleared' : lasts ? 'open' : 'closed';
  const ago = lasts ? T.now : agoText(one.end, now);
  const who = one.callsign || one.icao24 || '';
  const priority = TEXTS.priorities[(more && incident?.priority) || one.priority];
  dress(row, (more && tells(incident) && incident.classes[0]) || one.cls, classOf);
  setText(row.who, who);
  setText(row.text, (more && tells(incident)) || one.explanation);
  patchReview(row, incident);
  setText(row.ago, ago);
  row.ago.dateTime = rfc3339(one.end);
  row.ago.title = `${clockText(one.start)} – ${clockText(one.end)} ${zoneText(one.end)}`;
  setText(row.priority, priority);
  row.priority.className = `priority ${(more && incident?.priority) || one.priority}`;
  row.bar.style.inlineSize = percent.replace(' ', '');
  setText(row.percent, percent);
  setText(row.state, TEXTS.states[state]);
  row.state.className = `state ${state}`;
  row.item.classList.toggle('within', within);
  if (!more) row.fold.remove();
  else if (!row.fold.isConnected) row.item.append(row.fold);
  row.fold.setAttribute('aria-expanded', String(open));
  setText(row.more, more ? T.inEvent(more) : '');
  const current = selected?.kind === 'incident' ? !within && selected.id === incident?.id : selected?.id === one.id;
  row.button.setAttribute('aria-current', String(current));
}

// An incident of one class says no more than its first anomaly does, and that says it plainly.
const tells = (incident) => (incident?.classes.length > 1 ? incident.summary : '');

// A class's name, sign and colour; of an incident that which its summary begins with.
function dress(row, cls, classOf) {
  if (row.cls === cls) return;
  const { title, style } = classOf(cls);
  setText(row.title, title);
  const chip = chipOf(style);
  row.chip.replaceWith(chip);
  for (const [name, value] of Object.entries(colorOf(style))) row.item.style.setProperty(name, value);
  Object.assign(row, { cls, chip });
}

// Which band it is in, and what people said of it, once they did.
function patchReview({ band, status }, incident) {
  band.hidden = !incident?.band;
  status.hidden = !incident || incident.status === 'new';
  if (!band.hidden) setText(band, WATCH.incidents.bands[incident.band] ?? incident.band);
  band.className = `band ${incident?.band ?? ''}`;
  band.title = WATCH.incidents.bandTips[incident?.band] ?? '';
  if (!status.hidden) setText(status, WATCH.review.status[incident.status] ?? incident.status);
  status.className = `status-tag ${incident?.status ?? ''}`;
}
