// One click for what most people come for: everything, only anomalies, only traffic, only interference.
import { h } from './dom.js';
import { TEXTS } from './texts.js';

const T = TEXTS.quick;

// Whether classes are shown, and the layers that a view decides; every other layer stays as it is.
const VIEWS = {
  everything: { classes: true, layers: { aircraft: true, labels: true, cells: false } },
  anomalies: { classes: true, layers: { aircraft: false, labels: false, cells: false } },
  traffic: { classes: false, layers: { aircraft: true, labels: true, cells: false } },
  interference: { classes: false, layers: { aircraft: false, labels: false, cells: true } },
};

// What a view makes of the state: {off, layers}.
export function viewOf(name, { layers }, classes) {
  const view = VIEWS[name];
  return { off: new Set(view.classes ? [] : classes.map(({ id }) => id)), layers: { ...layers, ...view.layers } };
}

export function isView(name, { off, layers }, classes) {
  const wanted = viewOf(name, { layers }, classes);
  const same = wanted.off.size === off.size && [...wanted.off].every((id) => off.has(id));
  // Before there are classes, all of them and none are the same.
  const told = VIEWS[name].classes || classes.length > 0;
  return told && same && Object.entries(wanted.layers).every(([layer, on]) => layers[layer] === on);
}

export function quickViews({ bus, state }, classesOf) {
  const show = (name) => state.set(viewOf(name, state.get(), classesOf()));
  const buttons = Object.keys(VIEWS).map((name) => h('button', { type: 'button', text: T.names[name], title: T.tips[name], onclick: () => show(name) }));
  const mark = () => Object.keys(VIEWS).forEach((name, i) => buttons[i].setAttribute('aria-pressed', String(isView(name, state.get(), classesOf()))));
  state.on(['off', 'layers'], mark);
  bus.on('classes', mark);
  mark();
  return h('div', { class: 'segmented quick', role: 'group', 'aria-label': T.name }, buttons);
}
