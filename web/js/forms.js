// Forms of fields with a label each: what is typed goes to `act`; what goes wrong is said at the form.
import { h } from './dom.js';

export function field(label, name, { hint, options, ...more } = {}) {
  const input = options
    ? h('select', { name, ...more }, options.map(([value, text]) => h('option', { value, text }))) // prettier-ignore
    : h('input', { name, type: 'text', ...more });
  return h('label', { class: 'field' }, label, input, hint ? h('small', { text: hint }) : null);
}

// `act` takes the values by name; the button rests while it is at work.
export function form(fields, button, act, { row = false, second = false, failed = (why) => why } = {}) {
  const wrong = h('p', { class: 'wrong', role: 'alert', hidden: true });
  const press = h('button', { class: second ? 'main-button second' : 'main-button', type: 'submit', text: button });
  const node = h('form', { class: row ? 'form row' : 'form' }, fields, press);
  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    press.disabled = true;
    wrong.hidden = true;
    try {
      await act(Object.fromEntries(new FormData(node)), node);
    } catch (error) {
      wrong.textContent = failed(error.detail ?? error.message);
      wrong.hidden = false;
    } finally {
      press.disabled = false;
    }
  });
  return h('div', { class: 'form' }, node, wrong);
}
