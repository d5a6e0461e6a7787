// What a reader prefers: theme, units, time zone, keys. The choice stands on the root element, where styles and words read it.
export const CHOICES = Object.freeze({
  theme: ['auto', 'dark', 'light'],
  units: ['aviation', 'metric'],
  zone: ['utc', 'local'],
});
// What no link says, because it is nobody else's: whoever speaks to the computer has letters pressed that they did not mean.
export const OWN = Object.freeze({ keys: ['on', 'off'] });
const ALL = { ...CHOICES, ...OWN };
const NAMES = Object.keys(ALL);
const KEY = 'skysift.prefs';

const root = () => globalThis.document?.documentElement;

export const preferred = (name) => known(name, root()?.dataset[name]);

function known(name, value) {
  return ALL[name].includes(value) ? value : ALL[name][0];
}

// Light or dark as it is now, whoever decided it.
export function isLight() {
  const theme = preferred('theme');
  return theme === 'auto' ? (globalThis.matchMedia?.('(prefers-color-scheme: light)').matches ?? false) : theme === 'light';
}

// What was chosen before on this machine; a browser that keeps nothing gives the defaults.
export function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY)) ?? {};
    return Object.fromEntries(NAMES.map((name) => [name, known(name, found[name])]));
  } catch {
    return Object.fromEntries(NAMES.map((name) => [name, ALL[name][0]]));
  }
}

export function keep(values) {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, values[name]]))));
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page, and its address carries it.
  }
}

export function show(values) {
  for (const name of NAMES) root().dataset[name] = known(name, values[name]);
}

// Keeps the root element, the memory of this machine and every listener in step with the state.
export function bindPrefs(state, bus) {
  show(state.get());
  state.on(NAMES, (now, changed) => {
    show(now);
    keep(now);
    bus.emit('prefs', changed);
  });
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => {
    if (preferred('theme') === 'auto') bus.emit('prefs', ['theme']);
  });
}
