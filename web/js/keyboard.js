// Keys that work anywhere but in a text field. What they do is also what the help shows.
import { toggleGlobe } from './controls.js';
import { h } from './dom.js';
import { meant } from './keys.js';
import { iconButton } from './parts.js';
import { TEXTS } from './texts.js';
import { WATCH } from './texts/watch_en.js';

const T = TEXTS.help;

export function keyTable(app) {
  const { state, time } = app;
  const step = (n) => (app.detail?.isOpen ? app.list.openNext(n) : app.list.step(n));
  return [
    { keys: ['j', 'ArrowDown'], show: ['J', '↓'], does: T.does.next, run: () => step(1) },
    { keys: ['k', 'ArrowUp'], show: ['K', '↑'], does: T.does.previous, run: () => step(-1) },
    { keys: [], show: ['Enter'], does: T.does.open },
    { keys: ['Escape'], show: ['Esc'], does: T.does.close, run: () => app.escape() },
    { keys: ['/'], show: ['/'], does: T.does.search, run: () => app.search.input.focus() },
    { keys: ['l'], show: ['L'], does: T.does.live, run: () => time.goLive() },
    { keys: [' '], show: ['Space'], does: T.does.play, run: () => time.togglePlay() },
    { keys: ['['], show: ['['], does: T.does.earlier, run: () => time.shift(-1) },
    { keys: [']'], show: [']'], does: T.does.later, run: () => time.shift(1) },
    { keys: [','], show: [','], does: T.does.before, run: () => app.steps.go(-1) },
    { keys: ['.'], show: ['.'], does: T.does.after, run: () => app.steps.go(1) },
    { keys: ['t'], show: ['T'], does: T.does.jump, run: () => app.timebar.jump.toggle() },
    {
      keys: ['v'],
      show: ['V'],
      does: T.does.extent,
      run: () => state.set({ extent: !state.get().extent }),
    },
    { keys: ['g'], show: ['G'], does: T.does.globe, run: () => toggleGlobe(state) },
    { keys: ['a'], show: ['A'], does: T.does.filter, run: () => app.traffic.toggle('filter') },
    { keys: ['b'], show: ['B'], does: T.does.table, run: () => app.traffic.toggle('table') },
    { keys: ['d'], show: ['D'], does: T.does.draw, run: () => app.later(() => app.draw.toggle()) },
    { keys: ['w'], show: ['W'], does: WATCH.keys.panel, run: () => app.later(() => app.watchPanel.toggle()) },
    ...['c:confirmed', 'x:dismissed', 'n:note', 'r:resolved'].map((one) => reviewKey(app, ...one.split(':'))),
    { keys: ['f'], show: ['F'], does: T.does.follow, run: () => app.later(() => follow(app)) },
    { keys: ['h'], show: ['H'], does: T.does.home, run: () => app.session.fit() },
    { keys: ['?'], show: ['?'], does: T.does.help, run: () => app.help.toggle() },
  ];
}

function follow({ draw, follow: following, state }) {
  const { selected } = state.get();
  if (selected?.kind === 'aircraft' && !draw.busy) following.toggle(selected.id);
}

const reviewKey = (app, key, status) => ({ keys: [key], show: [key.toUpperCase()], does: WATCH.keys[status], run: () => app.later(() => app.review.key(status)) });

export function bindKeys(app) {
  const table = keyTable(app);
  document.addEventListener('keydown', (event) => {
    const one = document.querySelector('dialog[open]') ? null : meant(table, event);
    if (!one) return;
    event.preventDefault();
    one.run();
  });
}

export class Help {
  #dialog;

  constructor(dialog, app) {
    this.#dialog = dialog;
    const keys = keyTable(app).map(({ show, does }) =>
      h(
        'div',
        {},
        h(
          'dt',
          {},
          show.map((key) => h('kbd', { text: key })),
        ),
        h('dd', { text: does }),
      ),
    );
    const close = iconButton('close', T.close, () => dialog.close());
    dialog.append(
      h('div', { class: 'panel-head' }, h('h2', { id: 'help-title', text: T.title }), close),
      h(
        'div',
        { class: 'help-body' },
        h('p', { class: 'lead', text: T.lead }),
        h('ul', {}, T.points.map((text) => h('li', { text }))),
        h('h3', { text: T.keyboard }),
        h('dl', { class: 'keys' }, keys),
      ),
    );
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  }

  get isOpen() {
    return this.#dialog.open;
  }

  toggle() {
    if (this.isOpen) this.#dialog.close();
    else this.#dialog.showModal();
  }
}
