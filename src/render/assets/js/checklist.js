// Boxes to tick, and the verdict that the model gives for them.

class Checklist extends Widget {
  start() {
    this.items = this.parts('li[data-item]').map((li) => ({
      id: li.dataset.item,
      revision: li.dataset.revision,
      group: li.closest('fieldset').dataset.group,
      box: $(li, 'input'),
      held: 'held' in li.dataset,
      li,
    }));
    // What the model answers follows the page's inputs.
    document.addEventListener('plumb-inputs', () => this.update());
    this.program = { weights: {}, needs: {}, ...this.data() };
    this.verdicts = this.parts('li[data-verdict]');
    this.addEventListener('change', (event) => {
      const item = this.items.find(({ box }) => box === event.target);
      if (!item) return;
      this.flag(item, false);
      this.changed();
    });
    this.recall();
  }

  // What the reader ticked.
  given() {
    return this.items.filter(({ box, held }) => box.checked && !held);
  }

  state() {
    const items = {};
    for (const { id, revision, old } of this.given()) items[id] = old ?? revision;
    return { items };
  }

  adopt(state) {
    const kept = isObject(state.items) ? state.items : {};
    let known = 0;
    for (const item of this.items.filter(({ held }) => !held)) {
      const revision = Object.hasOwn(kept, item.id) && kept[item.id];
      item.box.checked = typeof revision === 'string';
      known += item.box.checked;
      this.flag(item, item.box.checked && revision !== item.revision && revision);
    }
    return Object.keys(kept).length - known + (state.ignored ?? 0);
  }

  // An item that was reworded since it was ticked says so, until the reader answers it anew.
  flag(item, old) {
    item.old = old || undefined;
    $(item.li, '.plumb-flag')?.remove();
    if (old) item.li.append(make('span', { className: 'plumb-flag' }, 'Reworded since you ticked it: please read it again.'));
  }

  toLink() {
    const ticked = this.given();
    return ticked.length ? ticked.map(({ id, revision, old }) => `${id}@${old ?? revision}`) : [''];
  }

  fromLink(values) {
    const items = Object.create(null);
    let ignored = 0;
    for (const value of values) {
      const [, id, revision] = /^(.*)@(.*)$/s.exec(value) ?? [];
      if (this.items.some((item) => item.id === id && !item.held)) items[id] = revision;
      else ignored += value !== '';
    }
    return { items, ignored };
  }

  // What a rule of the model can ask about the answers.
  local(name, argument) {
    const ticked = this.items.filter(({ box }) => box.checked);
    const count = (items) => new Ratio(BigInt(items.length));
    switch (name) {
      case 'yes': return count(ticked);
      case 'no': return count(this.items).minus(count(ticked));
      case 'total': return count(this.items);
      case 'score': return ticked.reduce((sum, { id }) => sum.plus(Ratio.read(this.program.weights[id] ?? '1')), new Ratio(0n));
      case 'count': return count(ticked.filter(({ group }) => group === argument));
      case 'answer': return ticked.some(({ id }) => id === argument);
      case 'need': return ticked.some(({ id }) => this.program.needs[id] === argument);
    }
  }

  update() {
    const scope = { ...pageScope, local: (...args) => this.local(...args) };
    for (const { id, box, held } of this.items) if (held) box.checked = holds(this.program, `item ${id}`, scope);
    const ticked = this.items.filter(({ box }) => box.checked).length;
    const answered = ticked || this.items.every(({ held }) => held);
    // The first whose rule holds is the verdict.
    this.verdict = answered && this.program.roots && this.verdicts.find((li) => holds(this.program, li.dataset.verdict, scope));
    for (const li of this.verdicts) li.toggleAttribute('aria-current', li === this.verdict);
    put(this.part('.plumb-progress'), `${ticked} of ${this.items.length}${this.verdict ? ':' : ' ticked'}`);
    put(this.part('.plumb-verdict'), this.verdict ? words($(this.verdict, 'strong')) : '');
  }

  markdown() {
    const lines = [];
    const title = words(this.part('.plumb-title'));
    if (title) lines.push(`**${markdown(title)}**`, '');
    for (const { box, li } of this.items) lines.push(`- [${box.checked ? 'x' : ' '}] ${markdown(words($(li, 'label')))}`);
    if (this.verdict) lines.push('', `Verdict: **${markdown(words($(this.verdict, 'strong')))}**`);
    return `${lines.join('\n')}\n`;
  }
}

define('plumb-checklist', Checklist);
