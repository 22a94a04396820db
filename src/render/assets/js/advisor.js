// Checklist, matrix and calculator together: what follows from the answers, why, and what it costs at the reader's size.

class Advisor extends Widget {
  start() {
    this.program = { costs: {}, ...this.data() };
    for (const name of ['checklist', 'matrix', 'calculator']) this[name] = $(this, `plumb-${name}`);
    this.steps = [this.checklist, this.matrix, this.calculator];
    this.outcomes = this.parts('li[data-verdict]');
    // The parts speak to all who keep the same answers, this one included.
    document.addEventListener('plumb-change', ({ detail }) => {
      if (detail.from === this.checklist) this.choose();
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
    const ranking = this.matrix.ranking();
    const option = (id) => ranking.find((option) => option.id === id);
    return {
      input: this.calculator.scope().input,
      local: (name, argument) => {
        switch (name) {
          case 'need': return this.matrix.chosen().some(({ id }) => id === argument) || this.checklist.local(name, argument);
          case 'meets': return option(argument)?.failed.length === 0;
          case 'rank': return new Ratio(BigInt(ranking.indexOf(option(argument)) + 1));
        }
        return this.checklist.local(name, argument);
      },
    };
  }

  update() {
    const scope = this.scope();
    const answered = this.checklist.items.some(({ box }) => box.checked) || this.matrix.chosen().length > 0;
    const outcome = firstRule(this.outcomes, answered ? this.program : null, scope);
    this.outcome = outcome;
    const place = this.part('.plumb-advice');
    const next = outcome ? this.advice(outcome, scope) : [make('p', { textContent: 'Answer the questions above: the recommendation appears here.' })];
    if (words(place) !== words(make('div', {}, ...next))) place.replaceChildren(...next);
  }

  advice(outcome, scope) {
    const parts = [make('p', {}, 'Recommended: ', make('strong', { textContent: words($(outcome, 'strong')) }))];
    const text = $(outcome, ':scope > p');
    if (text) parts.push(make('p', { textContent: words(text) }));
    const reasons = [`why: ${words($(outcome, '.plumb-rule'))}`];
    const option = this.matrix.ranking().find(({ id }) => id === outcome.dataset.option);
    if (option && this.matrix.chosen().length) reasons.push(`for your needs: ${this.matrix.reason(option)}`);
    for (const [label, expression, format] of this.program.costs[outcome.dataset.option] ?? []) {
      reasons.push(`${label} at your size: ${result(this.program, expression, format, scope).text}`);
    }
    parts.push(make('ul', {}, ...reasons.map((reason) => make('li', { textContent: reason }))));
    const links = $(outcome, '.plumb-links');
    if (links) parts.push(make('p', { textContent: 'To read and to start from:' }), links.cloneNode(true));
    return parts;
  }

  do_link() {
    this.copied(this.linkTo(...this.steps), 'Link');
  }

  markdown() {
    const reasons = $$(this.part('.plumb-advice'), ':scope > ul:not(.plumb-links) > li').map((li) => `- ${markdown(words(li))}`);
    const head = this.outcome ? [`Recommended: **${markdown(words($(this.outcome, 'strong')))}**`, '', ...reasons, ''] : [];
    return [...head, ...this.steps.map((step) => step.markdown())].join('\n');
  }
}

define('plumb-advisor', Advisor);
