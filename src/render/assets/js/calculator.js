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
    // The fields are one stop each, the options and the table one together.
    this.settle = grid(this.part('table'));
    const options = this.part('.plumb-options');
    if (options) {
      options.role = 'toolbar';
      rove(options, () => [this.shown.map(({ box }) => [box])]);
    }
    this.select = this.part('.plumb-presets select');
    const read = (text) => JSON.parse(text ?? '{}');
    this.presets = [...(this.select ?? [])].map(({ value, dataset }) => ({ id: value, inputs: read(dataset.values), fixed: read(dataset.fixed) }));
    this.select?.addEventListener('change', () => {
      const { id, inputs } = this.presets[this.select.selectedIndex];
      this.adopt({ inputs, scenario: id });
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
    const { step } = slider?.dataset ?? {};
    if (stops) Object.assign(slider, { min: 0, max: stops.length - 1, step: 1 });
    // The slider is for hands that point; a keyboard has the arrow keys in the field.
    if (slider) {
      slider.tabIndex = -1;
      Object.assign(control, { role: 'spinbutton', ariaValueMin: min, ariaValueMax: max });
      control.addEventListener('keydown', (event) => {
        const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
        if (!by) return;
        event.preventDefault();
        slider.stepUp(by);
        slider.dispatchEvent(new Event('input'));
      });
    }
    const whole = control.inputMode === 'numeric';
    const read = () => (isSwitch ? String(control.checked) : control.value.trim().replace(/,(?=\d{3}\b)/g, ''));
    input.valid = (text) => {
      if (isSwitch) return text === 'true' || text === 'false';
      if (!slider) return [...control.options].some(({ value }) => value === text);
      const value = /^[\d.+-]{1,40}$/.test(text) && Ratio.read(text);
      return value && !(whole && value.d > 1n) && value.to(Ratio.read(min)) >= 0 && value.to(Ratio.read(max)) <= 0;
    };
    // The value that a step leads to, for what a reader enters; what the model or a link says counts as it is.
    input.onStep = (text) => !step || text === max || Ratio.read(text).minus(Ratio.read(min)).over(Ratio.read(step)).d === 1n;
    // What is being typed is not rewritten under the reader's hands.
    input.set = (text, typing) => {
      input.value = text;
      if (isSwitch) control.checked = text === 'true';
      else if (!typing) control.value = text;
      if (slider) {
        slider.value = stops ? stops.filter((stop) => +stop <= +text).length - 1 : text;
        control.ariaValueNow = text;
        slider.ariaValueText = control.ariaValueText = `${text} ${words($(box, '.plumb-unit'))}`.trim();
      }
      control.removeAttribute('aria-invalid');
    };
    input.set(read());
    const hear = (element, event, typing) => element.addEventListener(event, () => {
      const text = element === control ? read() : stops?.[slider.value] ?? slider.value;
      if (input.valid(text) && (element === slider || input.onStep(text))) {
        input.set(text, typing);
        this.changed();
      } else {
        control.setAttribute('aria-invalid', 'true');
        if (!typing) this.say(`${words($(box, '.plumb-label'))}: ${whole ? 'a whole number ' : ''}from ${min} to ${max}${input.valid(text) ? ` in steps of ${step}` : ''}, please.`);
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
      scenario: this.scenario?.id,
    };
  }

  // What a scenario sets beside the inputs that are asked for holds until another one is chosen.
  adopt({ inputs, hidden, scenario, ignored = 0 }) {
    this.others = { ...inputs };
    this.scenario = this.presets.find(({ id, fixed }) => id === scenario && Object.values(fixed).some((set) => Object.keys(set).length));
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
    const scenario = this.scenario ? [`@${this.scenario.id}`] : [];
    return [...this.inputs.map(({ id }) => `${id}=${inputs[id]}`), ...hidden.map((id) => `-${id}`), ...scenario];
  }

  fromLink(values) {
    const state = { inputs: {}, hidden: [], ignored: 0 };
    for (const value of values) {
      const [, name, text] = /^([\w.-]+)=(.*)$/.exec(value) ?? [];
      if (this.inputs.some(({ id }) => id === name)) state.inputs[name] = text;
      else if (this.shown.some(({ id }) => `-${id}` === value)) state.hidden.push(value.slice(1));
      else if (this.presets.some(({ id }) => `@${id}` === value)) state.scenario = value.slice(1);
      else state.ignored += 1;
    }
    return state;
  }

  // The inputs and figures as formulas see them: numbers in base units; nothing for one that is as built.
  scope() {
    const { figures = {}, inputs = {} } = this.scenario?.fixed ?? {};
    return {
      figure: (name) => (Object.hasOwn(figures, name) ? figures[name] : undefined),
      input: (name) => {
        const { value, isSwitch, slider } = this.inputs.find(({ id }) => id === name) ?? {};
        if (value === undefined && Object.hasOwn(inputs, name)) return preset(inputs[name]);
        if (isSwitch) return value === 'true';
        return slider ? Ratio.read(value).times(Ratio.read(this.program.inputs[name]?.unit?.factor ?? '1')) : value;
      },
    };
  }

  update() {
    // As the build set the inputs, the table is the build's, details of its values included.
    const scope = this.scope();
    const values = Object.entries(this.program.inputs).map(([name, { value }]) => [name, value]);
    const built = { figures: this.program.figures, inputs: Object.fromEntries(values) };
    const asBuilt = this.asBuilt = this.inputs.every(({ value }, index) => value === this.before[index]) && agree(this.scenario?.fixed, built);

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
    this.settle();
    if (this.select) {
      const fits = ({ inputs, fixed }) =>
        this.inputs.every(({ id, value }) => (inputs[id] ?? value) === value) && agree(fixed, this.scenario?.fixed ?? built);
      this.select.selectedIndex = this.presets.findIndex(fits);
    }
    document.dispatchEvent(new CustomEvent('plumb-inputs'));
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

// Whether what a scenario sets is so now.
const agree = (fixed, now) => ['figures', 'inputs'].every((kind) =>
  Object.entries(fixed?.[kind] ?? {}).every(([name, value]) => String(now[kind]?.[name] ?? value) === String(value)));

// Values of the page's text and tables follow what its reader sets; as built they are the build's, details included.
const followers = new Map();

function follow() {
  for (const element of $$(document, '[data-program]')) {
    if (followers.has(element)) continue;
    const program = JSON.parse(element.dataset.program);
    const { fixed, scenario } = program;
    const scope = {
      input: (name) => (fixed.includes(name) ? undefined : pageScope.input(name)),
      figure: (name) => (scenario ? undefined : pageScope.figure(name)),
    };
    followers.set(element, { program, scope, built: result(program, 'value', {}).text, shown: element });
  }
  for (const [element, follower] of followers) {
    const { text, why } = result(follower.program, 'value', follower.scope);
    const title = why || 'As you have set the inputs on this page.';
    const next = text === follower.built ? element : make('span', { className: 'plumb-value plumb-set', title }, text);
    if (next === follower.shown || next !== element && words(next) === words(follower.shown)) continue;
    follower.shown.replaceWith(next);
    follower.shown = next;
  }
  // A drawing is the build's, and says so beside values that are the reader's.
  const isSet = $$(document, 'plumb-calculator').some(({ asBuilt }) => asBuilt === false);
  for (const figure of $$(document, '.plumb-chart')) {
    const note = $(figure, '.plumb-notice');
    if (!isSet) note?.remove();
    else if (!note) figure.prepend(make('p', { className: 'plumb-notice' }, 'Drawn for the inputs that the page was built with, not for yours.'));
  }
}

document.addEventListener('plumb-inputs', follow);

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
