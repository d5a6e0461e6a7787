// Which of the keys that work anywhere is meant: none while something is typed, and no letter where the reader has these off.
import { preferred } from './prefs.js';

export function meant(table, { key, ctrlKey, metaKey, altKey, target }) {
  if (ctrlKey || metaKey || altKey || (key.length === 1 && preferred('keys') === 'off')) return null;
  const within = (selector) => target?.closest?.(selector);
  if (within('input, select, textarea')) return null;
  // Arrows move the map when it has the focus, and a button keeps its own Space.
  if (key.startsWith('Arrow') && within('.maplibregl-canvas, [role=slider]')) return null;
  if (key === ' ' && within('button')) return null;
  return table.find(({ keys }) => keys.includes(key.length === 1 ? key.toLowerCase() : key)) ?? null;
}
