// Checklist, matrix and calculator together: the first outcome of the model whose rule holds is recommended, with why, what
// it costs at the reader's size, and where to go on.

class Advisor extends Widget {
  start() {
    this.program = { costs: {}, ...this.data() };
    this.outcomes = this.parts('li[data-outcome]');
    this.steps = ['checklist', 'matrix', 'calculator'].map((name) => (this[name] = $(this, `plumb-${name}`))).filter(Boolean);
    // The parts speak to all who keep the same answers, this one included.
    document.addEventListener('plumb-change', ({ detail }) => {
      if (this.choose()) this.matrix.changed();
      if (this.steps.some(({ key }) => key === detail.key)) this.update();
    });
    // What a reader has set in a calculator that is none of its parts.
    document.addEventListener('plumb-inputs', () => this.update());
    // In another tab. The parts have heard it before.
    addEventListener('storage', ({ key }) => {
      if (!this.steps.some((step) => step.key === key)) return;
      if (this.choose()) this.matrix.update();
      this.update();
    });
    // What was ticked in another chapter.
    if (this.choose()) this.matrix.update();
    this.update();
  }

  // A statement that names a need chooses it in the matrix for as long as it is ticked.
  choose() {
    const { items = [], program: { needs } = {} } = this.checklist ?? {};
    return this.matrix?.ask(items.filter(({ box }) => box.checked).map(({ id }) => needs[id])) ?? false;
  }

  scope() {
    const ranking = this.matrix?.ranking() ?? [];
    const option = (id) => ranking.find((option) => option.id === id);
    const locals = {
      need: (id) => this.matrix?.chosen().some((need) => need.id === id) || this.checklist?.local('need', id),
      meets: (id, least = 'fully') => LEVELS.indexOf(option(id)?.level ?? 'no') <= LEVELS.indexOf(least),
      rank: (id) => new Ratio(BigInt(option(id).rank)),
    };
    return {
      ranking,
      option,
      ...(this.calculator?.scope() ?? pageScope),
      local: (name, ...args) => (Object.hasOwn(locals, name) ? locals[name](...args) ?? false : this.checklist.local(name, ...args)),
    };
  }

  update() {
    // Before the first answer there is nothing to say; from then on, that nothing is ticked is an answer too.
    this.answered ||= this.checklist?.items.some(({ box }) => box.checked) || this.matrix?.chosen().length;
    const scope = this.scope();
    this.outcome = this.answered ? this.outcomes.find((li) => holds(this.program, li.dataset.outcome, scope)) : undefined;
    for (const li of this.outcomes) li.toggleAttribute('aria-current', li === this.outcome);
    for (const value of this.parts('[data-live]')) put(value, result(this.program, value.dataset.live, scope).text);
    const next = make('div', {}, ...(this.outcome ? this.advice(this.outcome, scope) : ['Answer the questions above for a recommendation.']));
    const place = this.part('.plumb-advice');
    if (words(place) !== words(next)) place.replaceChildren(...next.childNodes);
  }

  advice(outcome, scope) {
    const { option, cost = option } = outcome.dataset;
    const reasons = [`Why: ${words($(outcome, '.plumb-when')) || 'nothing before it fits'}.`];
    const judged = scope.option(option);
    if (judged && this.matrix.chosen().length) {
      reasons.push(judged.failed.length ? `It does not meet: ${this.matrix.faults(judged)}.` : `Of the needs you chose it ${this.matrix.reason(judged)}.`);
    }
    const equals = judged && this.matrix.chosen().length ? scope.ranking.filter(({ id, rank, failed }) => id !== option && rank === judged.rank && !failed.length) : [];
    if (equals.length) reasons.push(`Equally good by your needs: ${equals.map(({ name }) => name).join(', ')}. The order of the recommendations decides.`);
    for (const [label, root] of this.program.costs[cost] ?? []) reasons.push(`${label} at your size: ${result(this.program, root, scope).text}`);
    const parts = [make('p', {}, 'Recommended: ', make('strong', {}, words($(outcome, 'strong'))))];
    for (const text of $$(outcome, ':scope > p')) parts.push(make('p', {}, words(text)));
    parts.push(make('ul', {}, ...reasons.map((reason) => make('li', {}, reason))));
    const links = $(outcome, '.plumb-links');
    if (links) parts.push(make('p', {}, 'To read and to start from:'), links.cloneNode(true));
    return parts;
  }

  do_link() {
    this.copied(this.linkTo(...this.steps), 'Link');
  }

  markdown() {
    const advice = $$(this.part('.plumb-advice'), 'p, li').map((line) => {
      const [text, link] = [markdown(words(line)), $(line, 'a')];
      return `${line.localName === 'li' ? '- ' : '\n'}${link ? `[${text}](${link.href})` : text}`;
    });
    return [`${advice.join('\n').trim()}\n`, ...this.steps.map((step) => step.markdown())].join('\n');
  }
}

define('plumb-advisor', Advisor);
