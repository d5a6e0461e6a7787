// What of the classes their switches and rows are made of: while it is the same, what stands on the page stays, with its folds and focus.
import { isLight } from './prefs.js';

export const looksOf = (classes) =>
  JSON.stringify([isLight(), classes.map(({ id, title, style, priority, scope, active, why }) => [id, title, style, priority, scope, active, why])]);
