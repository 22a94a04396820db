// Inputs that the reader varies; the table is computed anew with the build's own formulas.

class Calculator extends Widget {
  start() {
    this.program = { cells: [], inputs: {}, ...this.data() };
    this.inputs = this.parts('.plumb-input').map((box) => this.input(box));
    this.rows = this.parts('tbody tr');
    this.built = this.program.cells.map(([row, column]) => this.rows[row].children[column].firstChild);
    this.before = this.inputs.map(({ value }) => value);
    this.shown = this.parts('.plumb-options label').map((label) => {
      const box = $(label, 'input');
      box.addEventListener('change', () => this.changed());
      return { id: label.dataset.option, box, rows: label.dataset.rows.split(' ') };
    });
    this.select = this.part('.plumb-presets select');
    this.presets = [...(this.select ?? [])].map(({ dataset }) => JSON.parse(dataset.values ?? '{}'));
    this.select?.addEventListener('change', () => {
      this.adopt({ inputs: this.presets[this.select.selectedIndex] });
      this.changed();
    });
    this.recall();
  }

  // An input is a number with a slider, a switch, or a choice.
  input(box) {
    const slider = $(box, 'input[type=range]');
    const control = $(box, 'input:not([type=range]), select');
    const isSwitch = control.type === 'checkbox';
    const input = { id: box.dataset.input, box, slider, isSwitch };
    // Over a long range a slider goes from one round number to the next; the field takes those between.
    const { min, max } = slider ?? {};
    const stops = slider?.dataset.stops?.split(' ');
    if (stops) Object.assign(slider, { min: 0, max: stops.length - 1, step: 1 });
    const read = () => (isSwitch ? String(control.checked) : control.value.trim().replace(/,(?=\d{3}\b)/g, ''));
    input.valid = (text) => {
      if (isSwitch) return text === 'true' || text === 'false';
      if (!slider) return [...control.options].some(({ value }) => value === text);
      const value = /^[\d.+-]{1,40}$/.test(text) && Ratio.read(text);
      return value && value.to(Ratio.read(min)) >= 0 && value.to(Ratio.read(max)) <= 0;
    };
    // What is being typed is not rewritten under the reader's hands.
    input.set = (text, typing) => {
      input.value = text;
      if (isSwitch) control.checked = text === 'true';
      else if (!typing) control.value = text;
      if (slider) {
        slider.value = stops ? stops.filter((stop) => +stop <= +text).length - 1 : text;
        slider.ariaValueText = `${text} ${words($(box, '.plumb-unit'))}`;
      }
      control.removeAttribute('aria-invalid');
    };
    input.set(read());
    const hear = (element, event, typing) => element.addEventListener(event, () => {
      const text = element === control ? read() : stops?.[slider.value] ?? slider.value;
      if (input.valid(text)) {
        input.set(text, typing);
        this.changed();
      } else {
        control.setAttribute('aria-invalid', 'true');
        if (!typing) this.say(`${words($(box, '.plumb-label'))}: from ${min} to ${max}, please.`);
      }
    });
    hear(control, 'change');
    if (slider) {
      hear(control, 'input', true);
      hear(slider, 'input');
    }
    return input;
  }

  // Calculators of one name share their settings, also where they do not ask for the same inputs.
  state() {
    return {
      inputs: { ...this.others, ...Object.fromEntries(this.inputs.map(({ id, value }) => [id, value])) },
      hidden: this.shown.filter(({ box }) => !box.checked).map(({ id }) => id),
    };
  }

  adopt({ inputs, hidden, ignored = 0 }) {
    this.others = { ...inputs };
    for (const input of this.inputs) {
      const text = this.others[input.id];
      if (typeof text === 'string' && input.valid(text)) input.set(text);
      else ignored += text !== undefined;
    }
    if (Array.isArray(hidden)) for (const { id, box } of this.shown) box.checked = !hidden.includes(id);
    return ignored;
  }

  toLink() {
    const { inputs, hidden } = this.state();
    return [...this.inputs.map(({ id }) => `${id}=${inputs[id]}`), ...hidden.map((id) => `-${id}`)];
  }

  fromLink(values) {
    const state = { inputs: {}, hidden: [], ignored: 0 };
    for (const value of values) {
      const [, name, text] = /^([\w.-]+)=(.*)$/.exec(value) ?? [];
      if (this.inputs.some(({ id }) => id === name)) state.inputs[name] = text;
      else if (this.shown.some(({ id }) => `-${id}` === value)) state.hidden.push(value.slice(1));
      else state.ignored += 1;
    }
    return state;
  }

  // An input as formulas see it: a number in base units.
  scope() {
    return {
      input: (name) => {
        const { value, isSwitch, slider } = this.inputs.find(({ id }) => id === name) ?? {};
        if (isSwitch) return value === 'true';
        return slider ? Ratio.read(value).times(Ratio.read(this.program.inputs[name]?.unit?.factor ?? '1')) : value;
      },
    };
  }

  update() {
    // As the build set the inputs, the table is the build's, details of its values included.
    const asBuilt = this.inputs.every(({ value }, index) => value === this.before[index]);
    const scope = this.scope();
    const longest = {};
    const results = this.program.cells.map(([row, column, name, signed], index) => {
      const tr = this.rows[row];
      let { value, text, why } = result(this.program, name, scope);
      if (signed) text = (value?.n > 0n ? '+' : '') + text.replace('-', '−');
      const length = value instanceof Ratio && !signed && !tr.matches('.plumb-total') ? Math.max(0, value.near) : 0;
      longest[column] = Math.max(longest[column] ?? 0, length);
      return { tr, column, index, text, why, length };
    });
    for (const { tr, column, index, text, why, length } of results) {
      const plain = make('span', { className: 'plumb-value', title: why }, text);
      tr.children[column].replaceChildren(asBuilt ? this.built[index] : plain, ...bar(length / longest[column]));
    }
    for (const { box, rows } of this.shown) for (const row of rows) this.rows[row].hidden = !box.checked;
    if (this.select) {
      const fits = (values) => this.inputs.every(({ id, value }) => (values[id] ?? value) === value);
      this.select.selectedIndex = this.presets.findIndex(fits);
    }
    put(this.part('.plumb-progress'), results.map(({ tr, text }) => `${words(tr.children[0])}: ${text}`).join(', '));
  }

  clear() {
    this.inputs.forEach((input, index) => input.set(this.before[index]));
    this.adopt({ hidden: [] });
  }

  markdown() {
    const inputs = this.inputs.map(({ box, value }) =>
      `- ${markdown(words($(box, '.plumb-label')))}: ${markdown(value)} ${words($(box, '.plumb-unit'))}`.trim());
    const line = (cells) => `| ${[...cells].map((cell) => markdown(words(cell))).join(' | ')} |`;
    const head = this.part('thead tr').children;
    const rule = `|${[...head].map(({ className }) => (className ? '--:' : '---')).join('|')}|`;
    const rows = this.rows.filter(({ hidden }) => !hidden).map(({ children }) => line(children));
    return `${[...inputs, '', line(head), rule, ...rows].join('\n')}\n`;
  }
}

// A bar along the cell's foot, as long as the cell's share of the column's greatest.
function bar(share) {
  if (!(share > 0)) return [];
  const [svg, rect] = ['svg', 'rect'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));
  const set = (element, attributes) => Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  set(svg, { class: 'plumb-meter', 'aria-hidden': 'true', viewBox: '0 0 1 1', preserveAspectRatio: 'none' });
  set(rect, { x: 1 - share, width: share, height: 1 });
  svg.append(rect);
  return [svg];
}

define('plumb-calculator', Calculator);
