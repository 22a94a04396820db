// What all widgets share: finding and making elements, keeping state, links that carry it, saying what was done.
// Text goes into the page as text only; no string becomes markup or code.

document.documentElement.classList.add('plumb-on');

const find = (root, selector) => root.querySelector(selector);
const findAll = (root, selector) => [...root.querySelectorAll(selector)];
const words = (element) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function make(tag, properties = {}, ...children) {
  const { data, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(data ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Markdown that says the text and nothing else.
const markdown = (text) => text.replace(/[\\`*_[\]<>|~]/g, '\\$&');

// The browser's store may be blocked, full, or hold what another program or version wrote.
const store = {
  read(key) {
    try {
      const text = localStorage.getItem(key);
      return text === null ? null : JSON.parse(text);
    } catch {
      return undefined;
    }
  },
  write(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
};

// Sets text only where it differs, so that nothing is read out twice.
function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

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

// A message that is read out and then goes away again.
function say(host, text) {
  const place = find(host, ':scope > .plumb-bar > .plumb-said, :scope > div > .plumb-bar > .plumb-said');
  if (!place) return;
  place.textContent = text;
  clearTimeout(place.timer);
  place.timer = setTimeout(() => { place.textContent = ''; }, 6000);
}

const widgets = 'plumb-checklist, plumb-matrix, plumb-calculator, plumb-advisor, plumb-manifest';

class Widget extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.key = `mdbook-plumb:${this.dataset.guide}:${this.localName}:${this.dataset.id}`;
    this.addEventListener('click', (event) => {
      const button = event.target.closest('[data-do]');
      if (button && button.closest(widgets) === this) this[`do_${button.dataset.do}`]?.();
    });
    this.start();
  }

  // The one element of this widget, not of one inside it.
  part(selector) {
    return this.parts(selector)[0];
  }

  parts(selector) {
    return findAll(this, selector).filter((element) => element.closest(widgets) === this);
  }

  data() {
    const script = this.part('script.plumb-data');
    try {
      return script ? JSON.parse(script.textContent) : {};
    } catch {
      return {};
    }
  }

  // Something the reader must know, beside the widget's head; said once.
  notice(text) {
    this.told ??= new Set();
    if (this.told.has(text)) return;
    this.told.add(text);
    const notice = make('p', { className: 'plumb-notice', textContent: text, data: { role: 'status' } });
    const title = this.part('.plumb-title');
    if (title) title.after(notice);
    else this.prepend(notice);
  }

  // State from the link, else from the browser's store, else none. A widget gives the meaning: `state` reads it,
  // `adopt` takes it and returns how much of it was not understood.
  recall() {
    const parameter = `plumb-${this.dataset.id}`;
    const linked = new URLSearchParams(location.search).getAll(parameter);
    if (linked.length) {
      const ignored = this.adopt(this.fromLink(linked));
      this.notice('Set from the link. What you have kept here stays as it is until you change something.');
      if (ignored) this.notice(`Ignored from the link: ${plural(ignored, 'entry').replace('entrys', 'entries')} unknown to this page.`);
    } else {
      const kept = store.read(this.key);
      if (kept === undefined) this.notice('Nothing is kept here: this browser does not let the page use its store, or what is there can not be read.');
      else if (kept !== null && !isObject(kept)) this.notice('What was kept here is not of this guide, and was ignored.');
      else if (kept) {
        const ignored = this.adopt(kept);
        if (ignored) this.notice(`What you kept is of another version of this guide; ${plural(ignored, 'answer')} ignored.`);
      }
    }
    document.addEventListener('plumb-change', (event) => {
      if (event.detail.key === this.key && event.detail.from !== this) this.follow(event.detail.state);
    });
    addEventListener('storage', (event) => {
      if (event.key === this.key) this.follow(store.read(this.key));
    });
  }

  follow(state) {
    this.adopt(isObject(state) ? state : {});
    this.update();
  }

  // The reader changed something.
  changed() {
    const state = this.state();
    if (!store.write(this.key, state)) this.notice('Your answers can not be kept in this browser. A link can carry them.');
    this.update();
    document.dispatchEvent(new CustomEvent('plumb-change', { detail: { key: this.key, state, from: this } }));
  }

  linkTo(...hosts) {
    const url = new URL(location.href);
    url.search = '';
    for (const host of hosts) {
      for (const value of host.toLink()) url.searchParams.append(`plumb-${host.dataset.id}`, value);
    }
    url.hash = this.id;
    return url.href;
  }

  async say_copied(text, what) {
    say(this, (await copy(text)) ? `${what} copied.` : 'The browser did not allow copying.');
  }

  do_copy() {
    this.say_copied(this.markdown(), 'Markdown');
  }

  do_link() {
    this.say_copied(this.linkTo(this), 'Link');
  }
}

function define(name, widget) {
  if (!customElements.get(name)) customElements.define(name, widget);
}
