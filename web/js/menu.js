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
    if (button.dataset.sure) return act();
    button.dataset.sure = '1';
    button.textContent = typeof sure === 'function' ? sure() : sure;
    timer = setTimeout(calm, 4000);
    return undefined;
  });
  return button;
}

// Runs what a button asks for: it waits meanwhile, and what goes wrong is said.
export async function doing(app, button, act) {
  if (button) button.disabled = true;
  try {
    return await act();
  } catch (error) {
    app.bus.emit('trouble', error.message);
    return null;
  } finally {
    if (button) button.disabled = false;
  }
}
