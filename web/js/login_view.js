// The way in: one click where the service demonstrates itself, else to the login and back to exactly this view.
import { loginLink } from './access.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { wordButton } from './parts.js';
import { WATCH } from './texts/watch_en.js';

const T = WATCH.login;

// `then` runs when somebody is in.
export function loginView(app, then = () => {}) {
  const { me } = app.access;
  const way = me.may_demo
    ? wordButton('bell', T.demo, (event) => enter(event, app, then), { class: 'button primary' })
    : h('a', { class: 'button primary', href: loginLink(location) }, T.go);
  return h(
    'div',
    { class: 'empty' },
    icon('bell', 'icon large'),
    h('p', { class: 'empty-title', text: T.title }),
    h('p', { text: `${T.why} ${me.may_demo ? T.demoWhy : T.more}` }),
    way,
  );
}

async function enter(event, app, then) {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await app.access.demo();
    then();
  } catch (error) {
    app.bus.emit('trouble', error.message);
    button.disabled = false;
  }
}
