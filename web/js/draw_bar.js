// The bar for drawing: what to draw, what to do next in one line, how wide a corridor is, import, change, delete.
import { areaTitle, KINDS } from './area.js';
import { areaColour } from './area_layer.js';
import { h, setText } from './dom.js';
import { DrawKeys } from './draw_keys.js';
import { DrawTool } from './draw_tool.js';
import { icon } from './icons.js';
import { iconButton, wordButton } from './parts.js';
import { TEXTS } from './texts.js';

const T = TEXTS.tools.draw;
const WIDTHS = [5, 10, 20, 50, 100, 200];
const USUAL_KM = 20;

export class DrawBar {
  #app;
  #root;
  #tools = new Map();
  #hint = h('p', { class: 'draw-hint', id: 'draw-hint', text: T.choose });
  #width = h(
    'select',
    { 'aria-label': T.width, onchange: () => this.#widen() },
    WIDTHS.map((km) => h('option', { value: km, text: T.wide(km), selected: km === USUAL_KM })),
  );
  #finish = wordButton('check', T.finish, () => this.#tool.finish());
  #done = wordButton('check', T.done, () => this.leave());
  #change = iconButton('draw', T.change, () => this.edit());
  #remove = iconButton('trash', T.remove, () => this.remove());
  #import = h(
    'button',
    { class: 'tool', type: 'button', 'aria-label': T.importTip, onclick: () => this.#app.importer.open() },
    icon('upload'),
    h('span', { text: T.import }),
  );
  #kind = null;
  #opener = null; // what had the focus before
  #tool;
  #keys;

  constructor(root, map, app) {
    this.#app = app;
    this.#root = root;
    this.#keys = new DrawKeys(map);
    this.#tool = new DrawTool(map, {
      colour: areaColour,
      ondraft: (area) => app.bus.emit('area:draft', { ...area, name: app.state.get().area?.name ?? '' }),
      ondone: (area) => this.#drawn(area),
      ontrouble: ({ message }) => app.bus.emit('trouble', message),
    });
    this.#build();
    app.state.on(['area'], () => this.#show());
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  // Whether a click on the map means a point of an area.
  get busy() {
    return this.#tool.on;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open(kind = null) {
    if (!this.isOpen) this.#opener = document.activeElement;
    this.#root.hidden = false;
    this.#tool.load().catch(() => null); // told where it is needed
    document.body.dataset.draw = '';
    this.#app.state.set({ sheet: null });
    this.#show();
    if (kind) this.draw(kind);
    else this.#tools.get('polygon').focus();
  }

  // True when there was something to leave: first the drawing, then the bar.
  close() {
    if (!this.isOpen) return false;
    if (this.busy) this.#stop();
    else {
      if (this.#root.contains(document.activeElement)) this.#opener?.focus();
      this.#root.hidden = true;
      delete document.body.dataset.draw;
    }
    return true;
  }

  // Away with all of it.
  leave() {
    if (this.busy) this.#stop();
    this.close();
    if (this.#app.state.get().area) this.#app.areaPanel.open();
  }

  async draw(kind) {
    this.#app.state.set({ areaId: null });
    this.#begin(kind, T.hints[kind]);
    await this.#load(() => this.#tool.start(kind, this.#km()));
  }

  async edit() {
    const { area } = this.#app.state.get();
    if (!area) return;
    this.open(null);
    if (area.kind === 'corridor') this.#widthIs(area.size);
    this.#begin(area.kind, T.changing);
    await this.#load(() => this.#tool.edit(area, this.#km()));
  }

  remove() {
    this.#stop();
    this.#app.state.set({ area: null, areaId: null });
  }

  #begin(kind, hint) {
    this.#kind = kind;
    setText(this.#hint, hint);
    this.#keys.on = true;
    this.#app.bus.emit('announce', T.keyboard(hint));
    this.#show();
  }

  async #load(start) {
    try {
      await start();
    } catch (error) {
      this.#stop();
      this.#app.bus.emit('trouble', T.failed(error.message));
    }
    this.#show();
  }

  #stop() {
    this.#tool.stop();
    this.#keys.on = false;
    this.#kind = null;
    setText(this.#hint, T.choose);
    this.#app.bus.emit('area:draft', null);
    this.#show();
  }

  #drawn(area) {
    const name = this.#app.state.get().area?.name ?? '';
    this.#app.bus.emit('area:draft', null);
    this.#app.state.set({ area: { ...area, name } });
    this.#app.bus.emit('announce', T.drawn(areaTitle(area)));
    setText(this.#hint, T.changing);
  }

  #km() {
    return Number(this.#width.value);
  }

  #widen() {
    this.#tool.width = this.#km();
    const { area } = this.#app.state.get();
    if (area?.kind === 'corridor' && this.busy) this.#app.state.set({ area: { ...area, size: this.#km() } });
  }

  #widthIs(km) {
    if (!WIDTHS.includes(km)) this.#width.append(h('option', { value: km, text: T.wide(km) }));
    this.#width.value = String(km);
  }

  #build() {
    const tool = (kind) => {
      const one = h(
        'button',
        {
          class: 'tool',
          type: 'button',
          'aria-pressed': 'false',
          'aria-label': T.kind(T.kinds[kind]),
          onclick: () => this.draw(kind),
        },
        icon(kind),
        h('span', { text: T.kinds[kind] }),
      );
      this.#tools.set(kind, one);
      return one;
    };
    const tools = h('div', { class: 'draw-tools', role: 'group', 'aria-label': T.tools }, KINDS.map(tool));
    const close = iconButton('close', T.close, () => this.leave());
    const more = h(
      'div',
      { class: 'draw-more' },
      this.#width,
      this.#finish,
      this.#done,
      this.#import,
      this.#change,
      this.#remove,
      close,
    );
    this.#root.append(h('div', { class: 'draw-row' }, tools, more), this.#hint);
  }

  #show() {
    const { area } = this.#app.state.get();
    for (const [kind, one] of this.#tools) one.setAttribute('aria-pressed', String(kind === this.#kind));
    this.#width.hidden = this.#kind !== 'corridor';
    this.#finish.hidden = this.#tool.changing || !['polygon', 'corridor'].includes(this.#kind);
    this.#done.hidden = !this.#tool.changing;
    this.#import.hidden = this.busy;
    this.#change.hidden = !area || this.busy;
    this.#remove.hidden = !area;
    this.#hint.hidden = !this.#hint.textContent;
  }
}
