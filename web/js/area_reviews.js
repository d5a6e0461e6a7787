// What reviews say of the classes in one area, and the confidence that is proposed for each there.
import { h } from './dom.js';
import { doing } from './menu.js';
import { percent } from './stats_tiles.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.proposals;
const USUAL = 10; // false alarms a day

// A list, filled when the service has answered; accepting holds in this area alone.
export function areaReviews(app, id, name) {
  const root = h('div', { class: 'area-reviews', role: 'group', 'aria-label': WATCH.areas.proposalsOf(name) });
  fill(app, id, root).catch((error) => app.bus.emit('trouble', error.message));
  return root;
}

async function fill(app, id, root) {
  const [right, proposed] = await Promise.all([
    app.api.get('/precision', { area: id }),
    app.api.get('/proposals', { area: id, alarms_a_day: USUAL }),
  ]);
  const classes = Object.keys({ ...right.classes, ...proposed.classes }).filter((one) => (right.classes[one] ?? proposed.classes[one]).reviewed).sort();
  const rows = classes.map((one) => row(app, id, one, right.classes[one], proposed.classes[one], () => fill(app, id, root)));
  root.replaceChildren(rows.length ? h('ul', {}, rows) : h('p', { class: 'facts', text: WATCH.areas.proposalsNone }));
}

function row(app, area, own, right, { confidence = null, why = '' } = {}, again) {
  const title = app.classes.find(({ id: known }) => known === own)?.title ?? own;
  const facts = [right ? `${T.reviews} ${right.reviewed}` : null, right?.precision ? `${T.precision} ${percent(right.precision)}` : null, why].filter(Boolean).join(' · '); // prettier-ignore
  const accept = (event) => doing(app, event.currentTarget, async () => {
    await app.api.send('POST', '/rules', { class: own, confidence, area: Number(area), why });
    await again();
  }); // prettier-ignore
  const may = app.access.mayWatch && confidence !== null;
  return h(
    'li',
    {},
    h('p', {}, h('b', { text: title }), confidence === null ? '' : ` ${T.then} ${percent(confidence)}`),
    h('p', { class: 'facts', text: facts }),
    may ? h('button', { class: 'button', type: 'button', text: T.accept, 'aria-label': `${T.accept}: ${title}`, onclick: accept }) : null,
  );
}
