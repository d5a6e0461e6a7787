// The bar at the bottom: data time, live or past, the histogram to scrub in, the length of the window, playback.
import { throttle } from './bus.js';
import { h, safeColor, setText } from './dom.js';
import { drawHistogram } from './histogram.js';
import { icon } from './icons.js';
import { iconButton } from './parts.js';
import { WINDOWS } from './state.js';
import { TimeJump } from './time_jump.js';
import { clockText, dateText, dayText, pastText, stampText, windowText, zoneText } from './time.js';
import { TEXTS } from './texts.js';

const T = TEXTS.timebar;

const SPEEDS = [1, 10, 60, 300];

export class TimeBar {
  #app;
  #canvas = h('canvas', { class: 'histogram', 'aria-hidden': 'true' });
  #time = h('span', { class: 'clock', text: T.noTime });
  #date = h('span', { class: 'date', text: T.noDate });
  #hint = h('div', { class: 'scrub-hint', hidden: true });
  #windows = new Map();

  constructor(root, app) {
    this.#app = app;
    this.root = root;
    root.append(this.#now(), this.#scrubber(), this.#windowChoice());
    this.redraw = throttle(() => this.#redraw(), 120);
    app.bus.on('anomalies', this.redraw);
    app.bus.on('classes', this.redraw);
    app.state.on(['live', 'at', 'end', 'window', 'speed', 'off', 'layers'], this.redraw);
    new ResizeObserver(this.redraw).observe(this.#canvas);
    this.redraw();
  }

  #now() {
    const now = h('div', { class: 'time-now' });
    this.jump = new TimeJump(now, [this.#time, this.#date], this.#app);
    now.append(this.#buttons());
    return now;
  }

  #buttons() {
    const { time, steps } = this.#app;
    this.live = h(
      'button',
      { class: 'live-button', type: 'button', onclick: () => time.goLive(), title: T.liveTip },
      h('span', { class: 'dot' }),
      T.live,
    );
    this.earlier = iconButton('left', T.earlier, () => time.shift(-1));
    this.later = iconButton('right', T.later, () => time.shift(1));
    this.play = iconButton('play', T.play, () => time.togglePlay());
    this.before = iconButton('previous', T.before, () => steps.go(-1));
    this.after = iconButton('next', T.after, () => steps.go(1));
    this.speed = h(
      'select',
      {
        class: 'speed',
        'aria-label': T.speed,
        title: T.speed,
        onchange: () => time.setRate(Number(this.speed.value)),
      },
      ...SPEEDS.map((n) => h('option', { value: n, text: `${n}×`, selected: n === 60 })),
    );
    return h(
      'div',
      { class: 'time-buttons' },
      this.live,
      this.earlier,
      this.before,
      this.play,
      this.after,
      this.later,
      this.speed,
    );
  }

  #scrubber() {
    this.slider = h(
      'div',
      {
        class: 'scrubber',
        role: 'slider',
        tabindex: '0',
        'aria-label': T.cursor,
        onkeydown: (event) => this.#keyed(event),
      },
      this.#canvas,
      this.#hint,
    );
    this.slider.addEventListener('pointerdown', (event) => {
      this.slider.setPointerCapture(event.pointerId);
      this.#app.time.scrub(this.#timeAt(event), { playing: true });
    });
    this.slider.addEventListener('pointermove', (event) => this.#hovered(event));
    this.slider.addEventListener('pointerleave', () => (this.#hint.hidden = true));
    return this.slider;
  }

  #windowChoice() {
    const make = (seconds) => {
      const one = h('button', {
        type: 'button',
        'aria-label': T.window(windowText(seconds)),
        onclick: () => this.#app.state.set({ window: seconds }),
        text: windowText(seconds),
      });
      this.#windows.set(seconds, one);
      return one;
    };
    return h(
      'div',
      { class: 'segmented windows', role: 'group', 'aria-label': T.windows },
      ...WINDOWS.map(make),
    );
  }

  #timeAt(event) {
    const { left, width } = this.#canvas.getBoundingClientRect();
    const [start, end] = this.#app.span();
    return start + Math.max(0, Math.min(1, (event.clientX - left) / width)) * (end - start);
  }

  #hovered(event) {
    const at = this.#timeAt(event);
    if (event.buttons) this.#app.time.scrub(at, { playing: true });
    const { left } = this.#canvas.getBoundingClientRect();
    const [start, end] = this.#app.span();
    setText(this.#hint, dayText(start) === dayText(end) ? clockText(at) : `${dayText(at)} ${clockText(at)}`);
    this.#hint.style.transform = `translateX(calc(${Math.round(event.clientX - left)}px - 50%))`;
    this.#hint.hidden = false;
  }

  #keyed(event) {
    const step = this.#app.state.get().window * 10; // ms: a hundredth of the window
    const moves = {
      ArrowLeft: -step,
      ArrowRight: step,
      PageUp: step * 10,
      PageDown: -step * 10,
      ArrowDown: -step,
      ArrowUp: step,
    };
    if (event.key === 'End') this.#app.time.goLive();
    else if (event.key === 'Home') this.#app.time.scrub(this.#app.span()[0]);
    else if (event.key in moves) this.#app.time.scrub(this.#app.time.at() + moves[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #redraw() {
    const { clock, state, anomalies, classes } = this.#app;
    if (!clock.known()) return;
    const { off, live, layers } = state.get();
    const [start, end] = this.#app.span();
    const list = anomalies.all().filter((one) => !off.has(one.cls) && (!one.cleared || layers.cleared));
    const colors = classes.map((c) => ({ id: c.id, color: safeColor(c.style?.color) }));
    drawHistogram(this.#canvas, { list, classes: colors, start, end, cursor: this.#app.time.at(), live });
    this.#controls();
    this.tick();
  }

  #controls() {
    const { live, speed, window } = this.#app.state.get();
    this.live.setAttribute('aria-pressed', String(live));
    this.root.classList.toggle('past', !live);
    const [name, label] = speed ? ['pause', T.pause] : ['play', T.play];
    if (this.play.getAttribute('aria-label') !== label) {
      this.play.replaceChildren(icon(name));
      this.play.setAttribute('aria-label', label);
      this.play.title = T.withSpace(label);
    }
    this.play.disabled = live;
    this.later.disabled = live;
    this.after.disabled = live;
    for (const [seconds, one] of this.#windows) one.setAttribute('aria-pressed', String(seconds === window));
  }

  // Once a second, and with every redraw.
  tick() {
    const { clock, state } = this.#app;
    if (!clock.known()) return;
    const at = this.#app.time.at();
    const [start, end] = this.#app.span();
    setText(this.#time, clockText(at));
    setText(this.#date, state.get().live ? `${dateText(at)} · ${zoneText(at)}` : pastText(at, clock.live()));
    for (const [key, value] of [
      ['aria-valuemin', start],
      ['aria-valuemax', end],
      ['aria-valuenow', at],
    ])
      this.slider.setAttribute(key, String(Math.round(value / 1000)));
    this.slider.setAttribute('aria-valuetext', state.get().live ? T.liveAt(stampText(at)) : stampText(at));
  }
}
