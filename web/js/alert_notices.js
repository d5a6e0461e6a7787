// Alerts as notifications of the computer and as two short tones: only where somebody asked for it, by a click.
import { TEXTS } from './texts.js';
import { WATCH } from './texts/watch_en.js';

const KEY = 'skysift.notices';
const QUIET_MS = 3000; // between two sounds
const TONES = [
  [660, 0],
  [880, 0.14],
]; // Hz, after s

export class AlertNotices {
  #app;
  #audio = null;
  #last = -Infinity;
  wanted = kept();

  constructor(app) {
    this.#app = app;
    app.bus.on('alert:new', (one) => this.#tell(one));
    // A browser lets sound out only after the page was touched.
    if (this.wanted.sound) addEventListener('pointerdown', () => this.#wake(), { once: true });
  }

  // From a click: switches one of them and says what it is now.
  async toggle(name) {
    const on = !this.wanted[name];
    if (on && name === 'notify' && !(await permitted())) {
      this.#app.bus.emit('trouble', WATCH.alerts.refused);
      return false;
    }
    this.wanted = { ...this.wanted, [name]: on };
    keep(this.wanted);
    if (on && name === 'sound') this.#play();
    return on;
  }

  #tell(one) {
    this.#app.bus.emit('announce', WATCH.alerts.fresh(one.text));
    if (this.wanted.sound) this.#play();
    if (this.wanted.notify && globalThis.Notification?.permission === 'granted') this.#notify(one);
  }

  #notify(one) {
    const name = this.#app.watch.subscription(one.subscription)?.name ?? TEXTS.list.title;
    const note = new Notification(name, { body: one.text, tag: one.id, icon: '/static/icons/skysift.svg' });
    note.onclick = () => {
      window.focus();
      note.close();
      this.#app.watchPanel.go(one);
    };
  }

  #wake() {
    this.#audio ??= new AudioContext();
    return this.#audio.resume();
  }

  async #play() {
    if (performance.now() - this.#last < QUIET_MS) return;
    this.#last = performance.now();
    await this.#wake();
    const now = this.#audio.currentTime;
    for (const [hz, after] of TONES) this.#tone(hz, now + after);
  }

  #tone(hz, at) {
    const [tone, volume] = [this.#audio.createOscillator(), this.#audio.createGain()];
    tone.frequency.value = hz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
    tone.connect(volume).connect(this.#audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  }
}

async function permitted() {
  if (!('Notification' in globalThis)) return false;
  return Notification.permission === 'granted' || (await Notification.requestPermission()) === 'granted';
}

function kept() {
  try {
    const { notify = false, sound = false } = JSON.parse(localStorage.getItem(KEY)) ?? {};
    return { notify: notify === true, sound: sound === true };
  } catch {
    return { notify: false, sound: false };
  }
}

function keep(wanted) {
  try {
    localStorage.setItem(KEY, JSON.stringify(wanted));
  } catch {
    // Private windows may refuse: the choice then lasts as long as the page.
  }
}
