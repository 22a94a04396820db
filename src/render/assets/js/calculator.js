// Inputs that the reader varies; the table is computed anew with the build's own formulas.

class Calculator extends Widget {
  start() {
    const { program, cells = [], formats = [], factors = {}, presets = {}, options = [] } = this.data();
    Object.assign(this, { program, cells, formats, factors, presets });
    this.inputs = this.parts('.plumb-input').map((box) => this.input(box));
    this.rows = this.parts('tbody tr');
    this.built = new Map(cells.map(([row, column]) => [`${row} ${column}`, this.cell(row, column)?.firstChild]));
    this.before = this.inputs.map(({ value }) => value);
    this.options(options);
    this.recall();
    this.select = this.part('.plumb-presets select');
    this.select?.addEventListener('change', () => {
      this.adopt({ inputs: this.presets[this.select.value] ?? {} });
      this.changed();
    });
    this.update();
  }

  // An input is a number with a slider, a switch, or a choice.
  input(box) {
    const number = find(box, 'input[type=text]');
    const slider = find(box, 'input[type=range]');
    const control = number ?? find(box, 'input, select');
    const input = { id: box.dataset.input, control, slider, value: '' };
    const read = () => (control.type === 'checkbox' ? String(control.checked) : control.value);
    input.valid = (text) => {
      if (control.type === 'checkbox') return text === 'true' || text === 'false';
      if (control.localName === 'select') return [...control.options].some(({ value }) => value === text);
      const value = text.length < 40 && !text.includes('/') && Fraction.read(text);
      return Boolean(value) && value.to(Fraction.read(slider.min)) >= 0 && value.to(Fraction.read(slider.max)) <= 0;
    };
    input.set = (text) => {
      input.value = text;
      if (control.type === 'checkbox') control.checked = text === 'true';
      else control.value = text;
      if (slider) slider.value = text;
      control.removeAttribute('aria-invalid');
    };
    input.set(read());
    const hear = (element, event) => element?.addEventListener(event, () => {
      const text = element === slider ? slider.value : read().trim().replace(/,(?=\d{3}\b)/g, '');
      if (!input.valid(text)) {
        control.setAttribute('aria-invalid', 'true');
        if (event === 'change') {
          say(this, `${words(find(box, '.plumb-label'))}: from ${slider.min} to ${slider.max}, please.`);
        }
        return;
      }
      // What is being typed is not rewritten under the reader's hands.
      if (event === 'input' && element === control) {
        input.value = text;
        if (slider) slider.value = text;
        control.removeAttribute('aria-invalid');
      } else {
        input.set(text);
      }
      this.changed();
    });
    hear(control, 'input');
    if (number) hear(number, 'change');
    hear(slider, 'input');
    return input;
  }

  // Options can be left out of the table.
  options(options) {
    const place = this.part('.plumb-options');
    this.shown = options.map(({ id, label, rows }) => {
      const box = make('input', { type: 'checkbox', checked: true });
      box.addEventListener('change', () => this.changed());
      place.append(make('label', {}, box, ' ', make('span', { textContent: label })));
      return { id, box, rows };
    });
    if (!options.length) place.remove();
  }

  cell(row, column) {
    return this.rows[row]?.children[column];
  }

  state() {
    return {
      inputs: Object.fromEntries(this.inputs.map(({ id, value }) => [id, value])),
      hidden: this.shown.filter(({ box }) => !box.checked).map(({ id }) => id),
    };
  }

  adopt(state) {
    let ignored = state.ignored ?? 0;
    for (const [id, text] of Object.entries(isObject(state.inputs) ? state.inputs : {})) {
      const input = this.inputs.find((input) => input.id === id);
      if (input && typeof text === 'string' && input.valid(text)) input.set(text);
      else ignored += 1;
    }
    if (Array.isArray(state.hidden)) for (const { id, box } of this.shown) box.checked = !state.hidden.includes(id);
    return ignored;
  }

  toLink() {
    const { inputs, hidden } = this.state();
    return [...Object.entries(inputs).map(([id, value]) => `${id}=${value}`), ...hidden.map((id) => `-${id}`)];
  }

  fromLink(values) {
    const inputs = Object.create(null);
    const hidden = [];
    let ignored = 0;
    for (const value of values) {
      const at = value.indexOf('=');
      if (at > 0) inputs[value.slice(0, at)] = value.slice(at + 1);
      else if (value.startsWith('-') && this.shown.some(({ id }) => id === value.slice(1))) hidden.push(value.slice(1));
      else ignored += 1;
    }
    return { inputs: { ...inputs }, hidden, ignored };
  }

  // An input as formulas see it: in base units.
  scope() {
    return {
      input: (id) => {
        const input = this.inputs.find((input) => input.id === id);
        if (!input) throw new TypeError(`unknown input ${id}`);
        if (input.control.type === 'checkbox') return input.value === 'true';
        if (input.control.localName === 'select') return input.value;
        return Fraction.read(input.value).times(Fraction.read(this.factors[id] ?? '1'));
      },
      local: (name) => { throw new TypeError(`unknown name ${name}`); },
    };
  }

  compute(root, format) {
    try {
      const value = run(this.program, root, this.scope());
      return { value, text: show(value, this.formats[format]) };
    } catch (error) {
      return { text: '–', why: error.message };
    }
  }

  update() {
    if (!this.program) return;
    // As the build set them, the table is the build's, details of its values included.
    const asBuilt = this.inputs.every(({ value }, index) => value === this.before[index]);
    const longest = new Map();
    const results = this.cells.map(([row, column, root, format]) => {
      const result = this.compute(this.program.roots[root] ?? root, format);
      const length = result.value instanceof Fraction ? Math.abs(result.value.number) : 0;
      longest.set(column, Math.max(longest.get(column) ?? 0, length));
      return { row, column, length, ...result };
    });
    for (const { row, column, text, why, length } of results) {
      const cell = this.cell(row, column);
      if (!cell) continue;
      const built = this.built.get(`${row} ${column}`);
      const plain = make('span', { className: 'plumb-value', textContent: text, title: why ?? '' });
      cell.replaceChildren(asBuilt && built ? built : plain);
      bar(cell, length, longest.get(column));
    }
    for (const { box, rows } of this.shown) for (const row of rows) if (this.rows[row]) this.rows[row].hidden = !box.checked;
    if (this.select) {
      const current = Object.entries(this.presets).find(([, values]) =>
        Object.entries(values).every(([id, value]) => this.inputs.find((input) => input.id === id)?.value === value));
      this.select.value = current?.[0] ?? '';
    }
    put(this.part('.plumb-progress'), results.filter(({ row }) => row === this.rows.length - 1).map(({ text }) => text).join(', '));
  }

  do_reset() {
    this.inputs.forEach((input, index) => input.set(this.before[index]));
    for (const { box } of this.shown) box.checked = true;
    this.changed();
    store.write(this.key, null);
    say(this, 'As the guide sets it.');
  }

  markdown() {
    const inputs = this.parts('.plumb-input').map((box, index) =>
      `- ${markdown(words(find(box, '.plumb-label')))}: ${markdown(this.inputs[index].value)} ${words(find(box, '.plumb-unit'))}`.trim());
    const line = (cells) => `| ${[...cells].map((cell) => markdown(words(cell))).join(' | ')} |`;
    const head = this.part('thead tr');
    const rows = this.rows.filter(({ hidden }) => !hidden).map(({ children }) => line(children));
    const rule = `|${[...head.children].map((th) => (th.className.includes('right') ? '--:' : '---')).join('|')}|`;
    return `${[...inputs, '', line(head.children), rule, ...rows].join('\n')}\n`;
  }
}

// A bar along the cell's foot, as long as its share of the column's greatest.
function bar(cell, length, longest) {
  if (!longest) return;
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('viewBox', '0 0 100 1');
  svg.setAttribute('preserveAspectRatio', 'none');
  const rect = document.createElementNS(space, 'rect');
  const width = (100 * length) / longest;
  for (const [name, value] of Object.entries({ x: 100 - width, y: 0, width, height: 1 })) rect.setAttribute(name, value);
  svg.append(rect);
  cell.classList.add('plumb-has-bar');
  cell.append(svg);
}

define('plumb-calculator', Calculator);
