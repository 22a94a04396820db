// `<cluster>` and the like in commands and manifests: filled in once, for all pages of the guide. Each is a button that
// opens a small form, so that nothing on the page moves.

function placeholders() {
  const hosts = $$(document, '[data-plumb-guide]');
  if (!hosts.length || $(document, '.plumb-place')) return;
  const key = `mdbook-plumb:${hosts[0].dataset.plumbGuide}:placeholders`;
  const known = Object.assign({}, ...hosts.map(({ dataset }) => JSON.parse(dataset.places)));
  const places = $$(document, 'pre > code').flatMap((code) => cut(code, known));
  if (!places.length) return;
  const kept = { ...store.read(key) };
  const values = {};
  const apply = () => {
    for (const { name, place } of places) {
      place.textContent = values[name] || `<${name}>`;
      place.classList.toggle('plumb-filled', Boolean(values[name]));
    }
  };
  const said = make('span', { className: 'plumb-said', role: 'status' });
  const keep = () => {
    put(said, store.write(key, { ...store.read(key), ...values }) ? '' : 'This browser does not keep it.');
    apply();
  };
  const fields = [...new Set(places.map(({ name }) => name))].map((name) => {
    const old = Object.hasOwn(kept, name) && kept[name];
    values[name] = typeof old === 'string' ? old : '';
    const [label, pattern, example, note] = known[name];
    const field = make('input', {
      type: 'text', value: values[name], autocomplete: 'off', spellcheck: false, placeholder: example ?? '', title: note,
    });
    field.addEventListener('input', () => {
      values[name] = field.value.trim();
      field.ariaInvalid = String(!!pattern && !fits(values[name], pattern));
      keep();
    });
    return { name, label, field };
  });
  const clear = make('button', { type: 'button', className: 'plumb-button' }, 'Clear');
  clear.addEventListener('click', () => {
    for (const { name, field } of fields) values[name] = field.value = '';
    keep();
  });
  const form = make('div', { className: 'plumb-note plumb-form', popover: 'auto', role: 'group', ariaLabel: 'Your values' },
    make('p', {}, 'Your values for all code of this guide. They stay in this browser.'),
    ...fields.map(({ label, field }) => make('label', {}, label, field)), clear, said);
  keepKeys(form);
  hosts[0].after(make('div', { className: 'plumb plumb-notes' }, form));
  for (const { name, place } of places) {
    place.popoverTargetElement = form;
    // The form opens after this, and takes the focus to the place's own field.
    place.addEventListener('click', () => {
      for (const other of fields) other.field.autofocus = other.name === name;
    });
  }
  apply();
}

// Whether a value is as the model wants it. The attribute `pattern` reads expressions by stricter rules than the model does; one
// that this browser cannot read asks for nothing.
function fits(value, pattern) {
  try {
    return new RegExp(`^(?:${pattern})?$`, 'u').test(value);
  } catch {
    return true;
  }
}

// Makes a button of each place in a block of code. The highlighter may have cut it in pieces; the first takes it whole.
function cut(code, known) {
  const nodes = [];
  for (const walker = document.createTreeWalker(code, 4); walker.nextNode();) nodes.push(walker.currentNode);
  const all = code.textContent;
  const places = [];
  for (const { 0: text, 1: name, index } of [...all.matchAll(/<([\w.-]+)>/g)].reverse()) {
    if (!Object.hasOwn(known, name)) continue;
    const range = document.createRange();
    let at = 0;
    for (const node of nodes) {
      const end = at + node.data.length;
      if (at <= index && index < end) range.setStart(node, index - at);
      if (at < index + text.length && index + text.length <= end) range.setEnd(node, index + text.length - at);
      at = end;
    }
    range.deleteContents();
    const place = make('button', { type: 'button', className: 'plumb-place', title: 'Fill in your value' });
    range.insertNode(place);
    places.unshift({ name, place });
  }
  return places;
}

placeholders();
