// A row's less frequent actions behind one button: a disclosure, so that keys and screen readers have it for nothing.
import { h } from './dom.js';
import { icon } from './icons.js';

export function disclosure(label, ...actions) {
  const body = h('div', { class: 'more-actions' }, actions);
  return h('details', { class: 'more' }, h('summary', { 'aria-label': label, title: label }, icon('chevron')), body);
}

// A button that asks once more before it does what cannot be undone.
export function sureButton(text, sure, act) {
  const button = h('button', { class: 'button danger', type: 'button', text });
  let timer = 0;
  const calm = () => {
    button.textContent = text;
    delete button.dataset.sure;
  };
  button.addEventListener('click', () => {
    clearTimeout(timer);
    if (button.dataset.sure) return act(button);
    button.dataset.sure = '1';
    button.textContent = typeof sure === 'function' ? sure() : sure;
    timer = setTimeout(calm, 4000);
    return undefined;
  });
  return button;
}

const WORKABLE = 'a[href], button, input, select, textarea, summary';

// Gives the focus back to a button that had it, or to what stands in its place where all of it was made anew meanwhile.
function focusBack(button) {
  const panel = button?.closest('.panel-body, dialog, section') ?? document.body;
  const all = () => [...panel.querySelectorAll(WORKABLE)].filter((one) => one.checkVisibility());
  const at = document.activeElement === button ? all().indexOf(button) : -1;
  return () => {
    if (at < 0 || (document.activeElement !== document.body && document.activeElement !== button)) return;
    const now = all();
    (button.isConnected ? button : now[Math.min(at, now.length - 1)])?.focus();
  };
}

// Runs what a button asks for: it waits meanwhile, and what goes wrong is said.
export async function doing(app, button, act) {
  const back = focusBack(button);
  if (button) button.disabled = true;
  try {
    return await act();
  } catch (error) {
    app.bus.emit('trouble', error.message);
    return null;
  } finally {
    if (button) button.disabled = false;
    back();
  }
}
