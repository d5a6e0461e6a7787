// Who is logged in, at the end of the map's header: the way to the login or to one's own account.
import { loginLink } from './access.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { ACCESS } from './texts.js';

const T = ACCESS.me;

export function meLink(bus) {
  const name = h('span', { text: T.login });
  const link = h('a', { class: 'button me', href: '/login', hidden: true }, icon('person'), name);
  let inside = false;
  // Where the map looks stands in the address, which changes all the time.
  link.addEventListener('click', () => {
    if (!inside) link.href = loginLink(location);
  });
  bus.on('me', (me) => {
    inside = Boolean(me.account);
    const said = inside ? T.account(me.name, me.role) : T.login;
    link.hidden = false;
    link.href = inside ? '/account' : '/login';
    link.title = said;
    link.setAttribute('aria-label', said);
    name.textContent = inside ? me.name : T.login;
  });
  return link;
}
