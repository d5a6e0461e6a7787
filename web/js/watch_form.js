// From an area to being told, in one form: name, what, what it would have told, where to, test, save.
import { throttle } from './bus.js';
import { areaTitle, formatArea } from './area.js';
import { BacktestView } from './backtest_view.js';
import { h, setText } from './dom.js';
import { clearFaults, field, notice, showFault, showNumberFault, showRefusal } from './form.js';
import { moreFields } from './form_more.js';
import { whatFields } from './form_what.js';
import { WhereField } from './form_where.js';
import { loginView } from './login_view.js';
import { iconButton, wordButton } from './parts.js';
import { areaOf } from './saved_areas.js';
import { WATCH } from './texts/watch_en.js';
import { aboutAnomalies, backtestOf, bodyOf, draftOf, limitsOf, SERVICE, shapeOf, START } from './watch_draft.js';

const T = WATCH.form;
const SETTLE_MS = 700; // from the last change to a look at the past

export class WatchForm {
  #app;
  #root;
  #title = h('h2', { id: 'watch-form-title' });
  #body = h('div', { class: 'panel-body' });
  #key = '';
  #draft = null;
  #place = null; // {floor_ft, ceiling_ft, active, shared} of the area
  #mode = {};
  #opener = null;
  #parts = {};

  constructor(root, app) {
    this.#app = app;
    this.#root = root;
    root.append(h('div', { class: 'panel-head' }, this.#title, iconButton('close', WATCH.panel.close, () => this.close())), this.#body);
    const again = throttle(() => this.isOpen && this.#look(), SETTLE_MS);
    this.changed = again;
    app.state.on(['area'], again);
    app.bus.on('classes', () => this.isOpen && !this.#key && this.open(this.#mode));
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  // Without a word: the area that is drawn. {subscription}: one that is kept; {service}: what Skysift says of itself.
  async open(mode = {}) {
    this.#opener = document.activeElement;
    this.#mode = mode;
    if (mode.subscription?.area) this.#app.savedAreas.open(mode.subscription.area);
    this.#app.watchPanel.close();
    this.#app.areaPanel.close();
    this.#root.hidden = false;
    this.#app.state.set({ sheet: 'watchform' });
    setText(this.#title, mode.subscription ? T.change : mode.service ? T.service : T.title);
    if (!this.#app.access.mayWatch) return this.#login();
    const key = keyOf(mode, this.#app.state.get());
    if (key !== this.#key) this.#build(key);
    return this.#look();
  }

  close() {
    if (!this.isOpen) return false;
    this.#root.hidden = true;
    this.#app.bus.emit('backtest', []);
    if (this.#app.state.get().sheet === 'watchform') this.#app.state.set({ sheet: null });
    if (this.#opener?.isConnected) this.#opener.focus();
    return true;
  }

  #login() {
    const { me } = this.#app.access;
    const known = this.#app.access.signedIn ? h('p', { class: 'notice', text: WATCH.login.role(me.role) }) : loginView(this.#app, () => this.open(this.#mode));
    this.#body.replaceChildren(known);
    this.#key = '';
    known.querySelector('a, button')?.focus();
  }

  #build(key) {
    const { app, mode } = { app: this.#app, mode: this.#mode };
    this.#key = key;
    this.#draft = mode.subscription ? draftOf(mode.subscription) : { ...START, fleet: {}, delivery: {}, ...(mode.service ? { trigger: SERVICE } : {}) };
    this.#place = this.#hasArea() ? this.#placeNow() : null;
    if (!mode.subscription) this.#draft.name = mode.service ? WATCH.subscriptions.service : this.#areaName();
    const form = h('form', { class: 'form', novalidate: true }, this.#fields());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save(form);
    });
    this.#body.replaceChildren(form, h('div', { class: 'form-behind' }, this.#parts.where.form), this.#foot(form));
    const name = form.querySelector('input');
    name.focus();
    name.select();
    app.bus.emit('announce', this.#title.textContent);
  }

  #fields() {
    const [draft, changed] = [this.#draft, () => this.changed()];
    const name = h('input', { type: 'text', maxlength: 80, value: draft.name, autocomplete: 'off', oninput: () => (draft.name = name.value) });
    this.#parts = { where: new WhereField(this.#app, draft), fault: notice() };
    const nodes = [field('name', T.name, name)];
    if (draft.trigger !== SERVICE) {
      const what = whatFields(this.#app, draft, changed);
      const ask = (days, budget) => this.#question(days, budget);
      this.#parts.backtest = new BacktestView(this.#app, { ask, sure: what.sure, go: (one) => this.#app.watchPanel.go(one) });
      nodes.push(...what.nodes, moreFields(draft, this.#place, changed), this.#parts.backtest.root);
    }
    return [...nodes, this.#parts.where.root, this.#parts.fault];
  }

  #foot(form) {
    const save = wordButton('check', this.#mode.subscription ? T.saveChange : T.save, () => form.requestSubmit(), { class: 'button primary' });
    this.#parts.save = save;
    return h('div', { class: 'form-foot' }, save, wordButton('close', T.cancel, () => this.#giveUp()));
  }

  #giveUp() {
    this.#key = '';
    this.close();
  }

  #hasArea() {
    return this.#draft.trigger !== SERVICE && Boolean(this.#app.state.get().area);
  }

  #areaName() {
    const { area } = this.#app.state.get();
    return area?.name || WATCH.areas.unnamed(this.#app.watch.areas.length + 1);
  }

  #kept() {
    const { areaId } = this.#app.state.get();
    return areaId === null ? null : this.#app.watch.area(areaId);
  }

  #placeNow() {
    const { floor_ft = null, ceiling_ft = null, active = {}, shared = false } = this.#kept()?.properties ?? {};
    return { floor_ft, ceiling_ft, active, shared };
  }

  #minutes() {
    return this.#draft.minutes ?? this.#app.watch.trigger(this.#draft.trigger)?.minutes ?? null;
  }

  #question(days, budget) {
    const { area } = this.#app.state.get();
    if (!area) return null;
    const now = this.#app.clock.known() ? this.#app.clock.live() : Date.now();
    const kept = this.#kept();
    const limits = limitsOf(this.#place);
    const same = kept && sameShape(kept, area) && JSON.stringify(limits) === JSON.stringify(limitsOf(kept.properties));
    const where = same ? { area: Number(kept.id) } : { area: shapeOf(area), ...limits };
    return backtestOf(this.#draft, { where, days, now, budget, minutes: this.#minutes() });
  }

  #look() {
    const { backtest } = this.#parts;
    if (!backtest || !this.#key) return;
    backtest.budgets = aboutAnomalies(this.#draft.trigger);
    backtest.run();
  }

  async #save(form) {
    const { fault, save } = this.#parts;
    clearFaults(form);
    fault.hidden = true;
    if (!this.#draft.name.trim()) return showFault(form, 'name', T.required);
    if (showNumberFault(form)) return true;
    save.disabled = true;
    try {
      const area = this.#draft.trigger === SERVICE ? null : await this.#saveArea();
      const body = bodyOf(this.#draft, { area, minutes: this.#minutes() });
      const kept = await this.#app.watch.save('subscriptions', body, this.#mode.subscription?.id ?? null);
      return this.#saved(kept);
    } catch (error) {
      return showRefusal(form, error, fault);
    } finally {
      save.disabled = false;
    }
  }

  // The number of the area: kept as it is, changed, or new.
  async #saveArea() {
    const { area } = this.#app.state.get();
    const kept = this.#kept();
    const body = { name: areaTitle({ ...area, name: area.name || this.#draft.name.trim() }), shape: shapeOf(area), ...this.#place };
    if (kept && !differs(body, kept, area)) return Number(kept.id);
    const answer = await this.#app.watch.save('areas', body, kept ? Number(kept.id) : null);
    this.#app.state.set({ areaId: Number(answer.id), area: { ...area, name: body.name } });
    return Number(answer.id);
  }

  #saved({ name }) {
    this.#key = '';
    this.close();
    this.#app.watchPanel.open('subscriptions');
    this.#app.bus.emit('announce', T.saved(name ?? this.#draft.name));
  }
}

function keyOf({ subscription, service }, { area, areaId }) {
  if (subscription) return `subscription ${subscription.id}`;
  return service ? SERVICE : `area ${areaId ?? (area ? formatArea(area) : '')}`;
}

function differs(body, kept, area) {
  const plain = (one) => JSON.stringify([one.name, one.floor_ft ?? null, one.ceiling_ft ?? null, one.active ?? {}, Boolean(one.shared)]);
  return !sameShape(kept, area) || plain(body) !== plain(kept.properties);
}

const sameShape = (kept, area) => formatArea(areaOf(kept)) === formatArea(area);
