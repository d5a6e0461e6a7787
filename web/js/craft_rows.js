// The rows of the table that are seen: few elements, used again and again, between two blank ones as high as all others.
import { h } from './dom.js';
import { isSmall } from './sheets.js';

const ROW_PX = 28;
const TOUCH_PX = 40;
const PAGE = 12; // rows that a page key walks

export class CraftRows {
  #above = h('tr', { class: 'pad', 'aria-hidden': 'true' }, h('td', {}));
  #below = h('tr', { class: 'pad', 'aria-hidden': 'true' }, h('td', {}));
  #pool = []; // {row, cells, texts, one}
  #active = null; // the aircraft whose row the keys are at
  #choose;
  body = h('tbody', {}, this.#above, this.#below);

  constructor(choose) {
    this.#choose = choose;
    this.body.addEventListener('click', ({ target }) => this.#chosen(this.#itemOf(target)));
  }

  get height() {
    return isSmall() ? TOUCH_PX : ROW_PX;
  }

  // Whether somebody points at a row, or walks through them: then their order stays.
  get held() {
    return this.body.matches(':hover') || this.#focused();
  }

  #itemOf(node) {
    return this.#pool.find(({ row }) => row.contains(node));
  }

  #focused() {
    return this.body.contains(document.activeElement);
  }

  #chosen(item) {
    if (!item?.one) return;
    this.#active = item.one;
    this.#choose(item.one);
  }

  // `view`: [first, last) of the order. An element keeps its aircraft while that is in view, and so its focus.
  draw(order, [first, last], { columns, known, selected }) {
    const wanted = order.slice(first, last);
    const had = this.#focused();
    this.#fit(wanted, columns);
    const at = wanted.includes(this.#active) ? this.#active : wanted[0];
    wanted.forEach((one, i) => {
      const item = this.#pool[i];
      item.one = one;
      item.row.setAttribute('aria-rowindex', String(first + i + 2));
      item.row.setAttribute('aria-selected', String(one.id === selected?.id));
      item.row.tabIndex = one === at ? 0 : -1;
      columns.forEach((column, k) => fill(item, k, column, one, known));
    });
    blank(this.#above, first * this.height);
    blank(this.#below, (order.length - last) * this.height);
    if (had) this.#focus(at);
  }

  // As many elements as there are rows to show.
  #fit(wanted, columns) {
    const odd = this.#pool[0] && this.#pool[0].cells.length !== columns.length;
    while (this.#pool.length > (odd ? 0 : wanted.length)) this.#pool.pop().row.remove();
    while (this.#pool.length < wanted.length) {
      const cells = columns.map(({ number }) => h('td', { class: number ? 'number' : null }));
      const row = h('tr', {}, cells);
      this.#pool.push({ row, cells, texts: columns.map(() => ''), one: null });
      this.#below.before(row);
    }
  }

  #focus(one) {
    const { row } = this.#pool.find((item) => item.one === one) ?? {};
    if (row && row !== document.activeElement) row.focus({ preventScroll: true });
  }

  keyed(event, { order, scroller }) {
    if (!this.#focused() || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = order.length - 1;
    const item = this.#itemOf(document.activeElement);
    const at = order.indexOf(item.one);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE, Home: 0, End: last }[event.key];
    const chooses = event.key === 'Enter' || event.key === ' ';
    if (to === undefined && !chooses) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own keys walk through the anomalies
    if (chooses) return void this.#chosen(item);
    this.#active = order[Math.max(0, Math.min(last, to))];
    this.#show(order.indexOf(this.#active), scroller);
  }

  // Scrolls as far as needed; what is drawn then has the focus where the keys are.
  #show(index, scroller) {
    const [top, bottom] = [index * this.height, (index + 1) * this.height];
    const room = scroller.clientHeight - scroller.querySelector('thead').offsetHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + room) scroller.scrollTop = bottom - room;
    scroller.dispatchEvent(new Event('scroll'));
  }
}

// What a cell says is remembered: to ask the page costs more than to say it.
function fill({ cells, texts }, k, { text, value }, one, known) {
  const said = text(value(one, known), one) ?? '';
  if (texts[k] !== said) cells[k].textContent = texts[k] = said;
}

function blank(row, px) {
  row.hidden = !px;
  row.firstChild.style.setProperty('height', `${px}px`);
}
