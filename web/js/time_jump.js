// The time that is shown is a button: it opens the way to any time that is stored, and to comparing it with another.
import { h, setText } from './dom.js';
import { preferred } from './prefs.js';
import { TEXTS } from './texts.js';
import { clockText, dateText, zoneText } from './time.js';

const T = TEXTS.tools.jump;
const HOUR_MS = 3_600_000;
const BACK = [1, 24, 168]; // hours

// What a field for local date and time holds, as epoch ms; NaN where it is no time. In UTC unless the reader reads local time.
export const readField = (text, zone = preferred('zone')) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(zone === 'utc' ? `${text}Z` : text) : NaN;

export function fieldText(ms, zone = preferred('zone')) {
  const shift = zone === 'utc' ? 0 : new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - shift).toISOString().slice(0, 16);
}

export class TimeJump {
  #app;
  #steps = []; // {button, hours}: what goes back by so much, as far as anything is stored
  #field = h('input', { type: 'datetime-local', 'aria-label': T.field });
  #note = h('p', { class: 'facts' });
  #since = h('p', { class: 'facts' });

  // `words` become a button in `root`, which the popover opens above.
  constructor(root, words, app) {
    this.#app = app;
    this.button = h(
      'button',
      {
        class: 'time-words',
        type: 'button',
        'aria-expanded': 'false',
        'aria-haspopup': 'dialog',
        title: T.open,
        onclick: () => this.toggle(),
      },
      words,
    );
    const go = h('button', { class: 'button', type: 'submit', text: T.show });
    const form = h('form', { class: 'jump-form', onsubmit: (event) => this.#submit(event) }, this.#field, go);
    const back = this.#buttons((ms) => this.#go(app.time.at() - ms));
    const compare = this.#buttons((ms) => this.#compare(-ms));
    this.panel = h(
      'div',
      {
        class: 'popover jump',
        role: 'dialog',
        'aria-label': T.name,
        hidden: true,
        onkeydown: ({ key }) => key === 'Escape' && this.toggle(false),
      },
      h('h3', { text: T.title }),
      form,
      this.#note,
      h('div', { class: 'actions' }, back),
      h('h3', { text: T.compare }),
      h('div', { class: 'actions' }, compare),
      this.#since,
    );
    root.append(this.button, this.panel);
    app.bus.on('stored', () => this.#stored());
    document.addEventListener('pointerdown', ({ target }) => root.contains(target) || this.toggle(false));
  }

  #buttons(act) {
    return BACK.map((hours) => {
      const button = h('button', { class: 'button', type: 'button', text: T.back[hours], onclick: () => act(hours * HOUR_MS) });
      this.#steps.push({ button, hours });
      return button;
    });
  }

  // True when there was something to close.
  toggle(open = this.panel.hidden) {
    if (this.panel.hidden === !open) return false;
    if (open && !this.#app.clock.known()) return false;
    this.panel.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (open) this.#show();
    else if (this.panel.contains(document.activeElement)) this.button.focus();
    return true;
  }

  #show() {
    this.#field.value = fieldText(this.#app.time.at());
    this.#field.max = fieldText(this.#app.clock.live());
    setText(this.#note, T.zone(zoneText(this.#app.time.at())));
    this.#field.focus();
    this.#stored();
    this.#app.stored.ask();
  }

  // What is known so far, and what is asked for meanwhile.
  #stored() {
    const { first, error } = this.#app.stored;
    const at = this.#app.time.at();
    if (Number.isFinite(first)) this.#field.min = fieldText(Math.floor(first / HOUR_MS) * HOUR_MS);
    for (const { button, hours } of this.#steps) button.disabled = this.#app.stored.before(at - hours * HOUR_MS);
    if (error) setText(this.#since, T.unknown(error.message));
    else setText(this.#since, Number.isFinite(first) ? T.since(dateText(first), clockText(first, false)) : '');
  }

  #submit(event) {
    event.preventDefault();
    const at = readField(this.#field.value);
    if (Number.isNaN(at)) setText(this.#note, T.wrong);
    else this.#go(at);
  }

  #go(at) {
    this.#app.time.jump(at);
    this.toggle(false);
  }

  #compare(offset) {
    this.#app.state.set({ compare: offset });
    this.toggle(false);
  }
}
