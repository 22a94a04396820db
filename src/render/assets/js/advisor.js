// Checklist, matrix and calculator together: rules of the model speak for and against options; what comes of it, why, and
// what it costs at the reader's size.

class Advisor extends Widget {
  start() {
    this.program = { costs: {}, ...this.data() };
    this.options = Object.entries(JSON.parse(this.dataset.options));
    this.rules = this.parts('li[data-rule]');
    this.steps = ['checklist', 'matrix', 'calculator'].map((name) => (this[name] = $(this, `plumb-${name}`))).filter(Boolean);
    // The parts speak to all who keep the same answers, this one included.
    document.addEventListener('plumb-change', ({ detail }) => {
      if (detail.from === this.checklist && this.matrix) this.choose();
      if (this.steps.some(({ key }) => key === detail.key)) this.update();
    });
    this.update();
  }

  // An item that names a need chooses it in the matrix.
  choose() {
    const { items, program: { needs } } = this.checklist;
    for (const need of this.matrix.needs) {
      const asking = items.filter(({ id }) => needs[id] === need.id);
      if (asking.length) need.box.checked = asking.some(({ box }) => box.checked);
    }
    this.matrix.changed();
  }

  scope() {
    const chosen = this.matrix?.chosen() ?? [];
    return {
      input: this.calculator?.scope().input,
      local: (name, argument) =>
        (name === 'need' && chosen.some(({ id }) => id === argument)) || this.checklist?.local(name, argument) || false,
    };
  }

  // Options, best first, each with what speaks for it and against it.
  ranking() {
    const scope = this.scope();
    const rules = this.rules.filter((li) => holds(this.program, `rule ${li.dataset.rule}`, scope));
    for (const li of this.rules) li.toggleAttribute('aria-current', rules.includes(li));
    const named = (rule, side, id) => rule.dataset[side].split(' ').includes(id);
    const judged = this.matrix?.ranking() ?? [];
    return this.options.map(([id, name]) => {
      const place = judged.findIndex((option) => option.id === id);
      const reasons = rules.filter((rule) => named(rule, 'recommend', id));
      const against = rules.filter((rule) => named(rule, 'against', id)).map((rule) => words($(rule, '.plumb-reason')));
      if (judged[place]?.failed.length) against.push(this.matrix.reason(judged[place]));
      const score = reasons.reduce((sum, { dataset }) => sum + fraction(dataset.weight), 0);
      return { id, name, place, met: judged[place], reasons, against, score };
    }).sort((a, b) => a.against.length - b.against.length || b.score - a.score || a.place - b.place);
  }

  update() {
    const answered = this.checklist?.items.some(({ box }) => box.checked) || this.matrix?.chosen().length;
    const ranking = this.ranking();
    this.best = answered && !ranking[0]?.against.length ? ranking[0] : undefined;
    const next = make('div', {}, ...(answered ? this.advice(ranking) : ['Answer the questions above: the recommendation appears here.']));
    const place = this.part('.plumb-advice');
    if (words(place) !== words(next)) place.replaceChildren(...next.childNodes);
  }

  advice(ranking) {
    const list = (items) => make('ul', {}, ...items.map((item) => make('li', {}, ...[item].flat())));
    const out = ranking.filter(({ against }) => against.length).map(({ name, against }) => [make('s', {}, name), ` ${against.join(' ')}`]);
    if (!this.best) return [make('p', {}, 'Something speaks against every option:'), list(out)];
    const { id, name, met, reasons } = this.best;
    const why = reasons.map((rule) => words($(rule, '.plumb-reason')));
    if (met && this.matrix.chosen().length) why.push(`For your needs: ${this.matrix.reason(met)}.`);
    for (const [label, root] of this.program.costs[id] ?? []) why.push(`${label} at your size: ${result(this.program, root, this.scope()).text}`);
    const parts = [make('p', {}, 'Recommended: ', make('strong', {}, name)), list(why)];
    const links = reasons.flatMap((rule) => $$(rule, '.plumb-links > li'));
    if (links.length) parts.push(make('p', {}, 'To read and to start from:'), make('ul', {}, ...links.map((li) => li.cloneNode(true))));
    if (out.length) parts.push(make('p', {}, 'Ruled out:'), list(out));
    return parts;
  }

  do_link() {
    this.copied(this.linkTo(...this.steps), 'Link');
  }

  markdown() {
    const advice = $$(this.part('.plumb-advice'), 'p, li').map((line) => `${line.localName === 'li' ? '- ' : '\n'}${markdown(words(line))}`);
    return [`${advice.join('\n').trim()}\n`, ...this.steps.map((step) => step.markdown())].join('\n');
  }
}

define('plumb-advisor', Advisor);
