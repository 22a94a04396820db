// What all widgets share: finding and making elements, keeping state, links that carry it, saying what was done.
// Text goes into the page as text only; no string becomes markup or code.

document.documentElement.classList.add('plumb-on');

const $ = (root, selector) => root.querySelector(selector);
const $$ = (root, selector) => [...root.querySelectorAll(selector)];
const words = (element) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Text in Markdown that says the text and nothing else.
const markdown = (text) => text.replace(/[\\\x60*_[\]<>|~]/g, '\\$&');

// Sets text only where it differs, so that nothing is read out twice.
function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// The browser's store may be blocked, full, or hold what another program or version wrote.
const store = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return undefined;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
};

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without leave to use the clipboard, or on a page that is not secure: the old way.
    const area = make('textarea', { value: text, className: 'plumb-sr' });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

// One stop of the Tab key for a group of things, as ARIA's grids and toolbars have it: arrow keys go from one to the next. `rows`
// gives the things, row by row and cell by cell. What is returned must be called when they have changed.
function rove(root, rows) {
  let current;
  const members = () => rows().flat(2);
  const settle = () => {
    const all = members();
    if (!all.includes(current)) current = all.find((member) => member.matches(STOPS)) ?? all[0];
    for (const member of all) member.tabIndex = member === current ? 0 : -1;
  };
  root.addEventListener('focusin', ({ target }) => {
    if (!members().includes(target)) return;
    current = target;
    settle();
  });
  root.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, altKey, metaKey, shiftKey } = event;
    const grid = rows();
    const at = grid.findIndex((row) => row.flat().includes(target));
    if (at < 0 || altKey || metaKey || shiftKey) return;
    const line = ctrlKey || grid.length === 1 ? members() : grid[at].flat();
    const go = (by) => line[line.indexOf(target) + by];
    const down = (by) => (grid.length === 1 ? go(by) : grid[at + by]?.[Math.min(grid[at].findIndex((cell) => cell.includes(target)), grid[at + by].length - 1)][0]);
    const forward = getComputedStyle(root).direction === 'rtl' ? -1 : 1;
    const moves = { ArrowRight: () => go(forward), ArrowLeft: () => go(-forward), ArrowDown: () => down(1), ArrowUp: () => down(-1), Home: () => line[0], End: () => line.at(-1) };
    if (!Object.hasOwn(moves, key)) return;
    event.preventDefault();
    event.stopPropagation();
    moves[key]()?.focus();
  });
  settle();
  return settle;
}

const STOPS = 'a[href], button, input, select';

// A table with much to press in it: its cells, or what can be pressed in them, are one stop.
function grid(table) {
  const box = table.closest('.plumb-scroll');
  table.role = 'grid';
  if (!table.caption) table.ariaLabel = box.ariaLabel;
  box.removeAttribute('tabindex');
  return rove(table, () => [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells].map((cell) => {
    const inside = $$(cell, STOPS);
    if (inside.length) cell.removeAttribute('tabindex');
    return inside.length ? inside : [cell];
  })));
}

// What is typed into fields and pickers is theirs: elsewhere mdBook turns pages by arrow keys.
function keepKeys(root) {
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && event.target.matches('input:not([type=checkbox]), select')) event.stopPropagation();
  });
}

class Widget extends HTMLElement {
  connectedCallback() {
    if (this.key) return;
    this.key = `mdbook-plumb:${this.dataset.guide}:${this.localName}:${this.dataset.id}`;
    this.addEventListener('click', ({ target }) => {
      const button = target.closest('[data-do]');
      if (button && this.owns(button)) this[`do_${button.dataset.do}`]();
    });
    keepKeys(this);
    this.start?.();
  }

  // Part of this widget, not of one inside it.
  owns(element) {
    return element.closest('[data-guide]') === this;
  }

  parts(selector) {
    return $$(this, selector).filter((element) => this.owns(element));
  }

  part(selector) {
    return this.parts(selector)[0];
  }

  data() {
    return JSON.parse(this.part('script.plumb-data')?.textContent ?? '{}');
  }

  // A short answer to what the reader did.
  say(text) {
    const place = this.part('.plumb-said');
    place.textContent = text;
    clearTimeout(place.timer);
    place.timer = setTimeout(() => put(place, ''), 6000);
  }

  // What the reader must know; said once, and it stays.
  notice(text) {
    if (this.parts('.plumb-notice').some((notice) => notice.textContent === text)) return;
    const notice = make('p', { className: 'plumb-notice', role: 'status' }, text);
    this.prepend(notice);
  }

  // State from the link, else from the browser's store, else none. Each kind of widget gives `state`, `toLink` and
  // `fromLink`, and `adopt`, which returns how much it did not understand.
  recall() {
    const linked = new URLSearchParams(location.search).getAll(`plumb-${this.dataset.id}`);
    const kept = store.read(this.key);
    if (linked.length) {
      const ignored = this.adopt(this.fromLink(linked));
      this.notice('Set by the link. Your own answers are kept until you change something.');
      if (ignored) this.notice(`Not known here, and ignored: ${plural(ignored, 'part')} of the link.`);
    } else if (kept === undefined) {
      this.notice('Nothing is restored: the browser blocks its store, or it is broken.');
    } else if (kept !== null) {
      const ignored = isObject(kept) ? this.adopt(kept) : 1;
      if (ignored) this.notice(`Not known here, and ignored: ${plural(ignored, 'answer')} kept from another version of this guide.`);
    }
    document.addEventListener('plumb-change', ({ detail }) => {
      if (detail.key === this.key && detail.from !== this) this.follow(detail.from.state());
    });
    addEventListener('storage', ({ key }) => {
      if (key === this.key) this.follow(store.read(key));
    });
    this.update();
  }

  follow(state) {
    this.adopt(isObject(state) ? state : {});
    this.update();
  }

  // The reader changed something.
  changed() {
    if (!store.write(this.key, this.state())) this.notice('This browser does not keep your answers; a link can.');
    this.update();
    document.dispatchEvent(new CustomEvent('plumb-change', { detail: { key: this.key, from: this } }));
  }

  linkTo(...widgets) {
    const url = new URL(location.href);
    url.search = '';
    for (const widget of widgets) {
      for (const value of widget.toLink()) url.searchParams.append(`plumb-${widget.dataset.id}`, value);
    }
    url.hash = this.id;
    return url.href;
  }

  clear() {
    this.adopt({});
  }

  async copied(text, what) {
    this.say((await copy(text)) ? `${what} copied.` : 'The browser did not allow copying.');
  }

  do_copy() {
    this.copied(this.markdown(), 'Markdown');
  }

  do_link() {
    this.copied(this.linkTo(this), 'Link');
  }

  do_reset() {
    this.clear();
    this.changed();
    this.say('As it was at first.');
  }
}

function define(name, widget) {
  if (!customElements.get(name)) customElements.define(name, widget);
}
