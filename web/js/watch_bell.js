// The bell in the top bar: how many alerts nobody has looked at yet, and the way to them.
import { h, setText } from './dom.js';
import { iconButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';

const MOST = 99;

export class WatchBell {
  #app;
  #count = h('span', { class: 'bell-count', 'aria-hidden': 'true', hidden: true });

  constructor(app) {
    this.#app = app;
    this.button = iconButton('bell', WATCH.bell.none, () => app.later(() => app.watchPanel.toggle()), { title: WATCH.bell.tip, 'aria-expanded': 'false', 'aria-controls': 'watch' }); // prettier-ignore
    this.button.classList.add('bell');
    this.button.append(this.#count);
    app.bus.on('alerts', () => this.#show());
    app.bus.on('alert:new', () => this.#ring());
    app.bus.on('watch:open', (open) => this.button.setAttribute('aria-expanded', String(open)));
    this.#show();
  }

  #show() {
    const n = this.#app.alerts?.unseen ?? 0;
    this.#count.hidden = n === 0;
    setText(this.#count, n > MOST ? `${MOST}+` : String(n));
    this.button.setAttribute('aria-label', n ? WATCH.bell.some(n) : WATCH.bell.none);
  }

  #ring() {
    this.button.classList.remove('ringing');
    requestAnimationFrame(() => this.button.classList.add('ringing'));
  }
}
