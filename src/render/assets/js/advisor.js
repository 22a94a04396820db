// Checklist, matrix and calculator together: what follows from the answers, why, and what it costs at the reader's size.

class Advisor extends Widget {
  start() {
    const { program, costs = {}, formats = [] } = this.data();
    Object.assign(this, { program, costs, formats });
    [this.checklist, this.matrix, this.calculator] = ['checklist', 'matrix', 'calculator'].map((name) => find(this, `plumb-${name}`));
    this.outcomes = this.parts('li[data-verdict]');
    // The parts speak to all who keep the same answers, this one included.
    document.addEventListener('plumb-change', (event) => {
      if (event.detail.from === this.checklist) this.choose();
      if (event.detail.key === this.checklist.key || event.detail.key === this.matrix.key || event.detail.key === this.calculator.key) this.update();
    });
    this.update();
  }

  // An item that names a need chooses it in the matrix.
  choose() {
    const { items, needs } = this.checklist;
    let changed = false;
    for (const { id, box } of items) {
      const need = this.matrix.needs.find((need) => need.id === needs[id]);
      const asked = need && items.some((item) => needs[item.id] === need.id && item.box.checked);
      if (need && box && need.box.checked !== asked) {
        need.box.checked = asked;
        changed = true;
      }
    }
    if (changed) this.matrix.changed();
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
          case 'rank': return new Fraction(BigInt(ranking.indexOf(option(argument)) + 1));
        }
        return this.checklist.local(name, argument);
      },
    };
  }

  update() {
    const scope = this.scope();
    const answered = this.checklist.items.some(({ box }) => box.checked) || this.matrix.chosen().length > 0;
    const outcome = answered ? firstRule(this.outcomes, this.program, scope) : undefined;
    this.outcome = outcome;
    for (const li of this.outcomes) li.toggleAttribute('aria-current', li === outcome);
    const place = this.part('.plumb-advice');
    const next = outcome ? this.advice(outcome, scope) : [make('p', { textContent: 'Answer the questions above: the recommendation appears here.' })];
    if (words(place) !== words(make('div', {}, ...next))) place.replaceChildren(...next);
  }

  advice(outcome, scope) {
    const parts = [make('p', {}, 'Recommended: ', make('strong', { textContent: words(find(outcome, 'strong')) }))];
    const text = find(outcome, ':scope > p');
    if (text) parts.push(make('p', { textContent: words(text) }));
    const reasons = [`because ${words(find(outcome, '.plumb-rule'))}`];
    const option = this.matrix.ranking().find(({ id }) => id === outcome.dataset.option);
    if (option && this.matrix.chosen().length) {
      reasons.push(option.failed.length ? `but it does not give you: ${this.matrix.reason(option)}` : `of your needs it ${this.matrix.reason(option)}`);
    }
    for (const [label, root, format] of this.costs[outcome.dataset.option] ?? []) {
      try {
        reasons.push(`${label} at your size: ${show(run(this.program, root, scope), this.formats[format])}`);
      } catch {
        reasons.push(`${label} can not be computed for these inputs`);
      }
    }
    parts.push(make('ul', {}, ...reasons.map((reason) => make('li', { textContent: reason }))));
    const links = find(outcome, '.plumb-links');
    if (links) parts.push(make('p', { textContent: 'To read and to start from:' }), links.cloneNode(true));
    return parts;
  }

  do_link() {
    this.say_copied(this.linkTo(this.checklist, this.matrix, this.calculator), 'Link');
  }

  markdown() {
    const reasons = findAll(this.part('.plumb-advice'), ':scope > ul:not(.plumb-links) > li').map((li) => `- ${markdown(words(li))}`);
    const head = this.outcome ? [`Recommended: **${markdown(words(find(this.outcome, 'strong')))}**`, '', ...reasons, ''] : [];
    return [...head, this.checklist.markdown(), this.matrix.markdown(), this.calculator.markdown()].join('\n');
  }
}

define('plumb-advisor', Advisor);
