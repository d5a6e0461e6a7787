// Keys that work anywhere but in a text field. What they do is also what the help shows.
import { toggleGlobe } from './controls.js';
import { h } from './dom.js';
import { iconButton } from './parts.js';

export function keyTable(app) {
  const { state, time } = app;
  const step = (n) => (app.detail.isOpen ? app.list.openNext(n) : app.list.step(n));
  return [
    { keys: ['j', 'ArrowDown'], show: ['J', '↓'], does: 'Next anomaly', run: () => step(1) },
    { keys: ['k', 'ArrowUp'], show: ['K', '↑'], does: 'Previous anomaly', run: () => step(-1) },
    { keys: [], show: ['Enter'], does: 'Open it' },
    { keys: ['Escape'], show: ['Esc'], does: 'Close what is open', run: () => app.escape() },
    { keys: ['/'], show: ['/'], does: 'Search', run: () => app.search.input.focus() },
    { keys: ['l'], show: ['L'], does: 'Back to live', run: () => time.goLive() },
    { keys: [' '], show: ['Space'], does: 'Play or pause the past', run: () => time.togglePlay() },
    { keys: ['['], show: ['['], does: 'One window earlier', run: () => time.shift(-1) },
    { keys: [']'], show: [']'], does: 'One window later', run: () => time.shift(1) },
    { keys: [','], show: [','], does: 'Anomaly before this time', run: () => app.steps.go(-1) },
    { keys: ['.'], show: ['.'], does: 'Anomaly after this time', run: () => app.steps.go(1) },
    { keys: ['t'], show: ['T'], does: 'Go to any time, compare', run: () => app.timebar.jump.toggle() },
    {
      keys: ['v'],
      show: ['V'],
      does: 'List: in view or everywhere',
      run: () => state.set({ extent: !state.get().extent }),
    },
    { keys: ['g'], show: ['G'], does: 'Globe or flat map', run: () => toggleGlobe(state) },
    { keys: ['d'], show: ['D'], does: 'Draw an area', run: () => app.draw.toggle() },
    { keys: ['h'], show: ['H'], does: 'Show everything', run: () => app.session.fit() },
    { keys: ['?'], show: ['?'], does: 'This help', run: () => app.help.toggle() },
  ];
}

export function bindKeys(app) {
  const table = keyTable(app);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest('input, select, textarea')) return;
    // Arrows move the map when it has the focus, and a button keeps its own Space.
    if (event.key.startsWith('Arrow') && target.closest('.maplibregl-canvas, [role=slider]')) return;
    if (event.key === ' ' && target.closest('button')) return;
    const one = table.find(({ keys }) => keys.includes(event.key.length === 1 ? event.key.toLowerCase() : event.key));
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
    const close = iconButton('close', 'Close', () => dialog.close());
    dialog.append(
      h('div', { class: 'panel-head' }, h('h2', { id: 'help-title', text: 'Help' }), close),
      h(
        'div',
        { class: 'help-body' },
        h('p', {
          class: 'lead',
          text: 'Skysift watches aircraft and says what is not normal: where, why, and how sure it is.',
        }),
        h(
          'ul',
          {},
          h('li', {
            text: 'Markers are anomalies, in the colour of their class. A glow means high or critical priority. Faded ones are over.',
          }),
          h('li', {
            text: 'Click a marker, an aircraft or a row for the whole story. Alt-click a class to see it alone.',
          }),
          h('li', { text: 'Drag in the bar at the bottom to look into the past; press Live to come back.' }),
          h('li', {
            text: 'All times are data time in UTC. The address in the browser always leads back to exactly this view.',
          }),
        ),
        h('h3', { text: 'Keyboard' }),
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
