// Needs and options: the reader chooses needs; options that fail one are ruled out, the others ranked.

// How well needs are met, best first.
const LEVELS = ['fully', 'partly', 'preview', 'no'];

const HELD = 'Chosen by a statement that you ticked: untick it there.';

class Matrix extends Widget {
  start() {
    this.options = this.parts('th[data-option]').map((th, column) => ({ id: th.dataset.option, name: words(th), th, column }));
    this.needs = this.parts('tr[data-need]').map((tr) => ({
      id: tr.dataset.need,
      name: words($(tr, 'label')),
      weight: fraction(tr.dataset.weight),
      box: $(tr, 'th input'),
      cells: $$(tr, 'td'),
      tr,
    }));
    // What is chosen: by the reader (`own`), or by a statement that the reader ticked (`asked`).
    this.addEventListener('change', ({ target }) => {
      const need = this.needs.find(({ box }) => box === target);
      if (!need) return;
      if (need.held) {
        target.checked = true;
        this.say(HELD);
        return;
      }
      need.own = target.checked;
      need.asked = false;
      this.changed();
    });
    grid(this.part('.plumb-grid'));
    this.recall();
  }

  // The needs that statements elsewhere on the page ask for, as long as they are ticked; returns whether they are others than before.
  ask(ids) {
    const news = this.needs.filter(({ id, asked, held }) => ids.includes(id) ? !held : held || asked);
    for (const need of this.needs) need.asked = need.held = ids.includes(need.id);
    return news.length > 0;
  }

  chosen() {
    return this.needs.filter(({ own, asked }) => own || asked);
  }

  state() {
    const ids = (kind) => this.needs.filter((need) => need[kind]).map(({ id }) => id);
    return { needs: ids('own'), asked: ids('asked') };
  }

  adopt({ needs, asked }) {
    const [own, others] = [needs, asked].map((ids) => (Array.isArray(ids) ? ids : []));
    for (const need of this.needs) {
      need.own = own.includes(need.id);
      need.asked = need.held || others.includes(need.id);
    }
    return own.filter((id) => id !== '' && !this.needs.some((need) => need.id === id)).length;
  }

  // A statement speaks for itself in a link with the list; without the list, all that is chosen.
  toLink() {
    const needs = this.needs.filter(({ own, asked, held }) => own || (asked && !held)).map(({ id }) => id);
    return needs.length ? needs : [''];
  }

  fromLink(values) {
    return { needs: values };
  }

  // How an option fares with the needs that were chosen.
  judge(option) {
    const chosen = this.chosen().map(({ name, weight, cells }) => ({ name, weight, cell: cells[option.column] }));
    const having = (...kinds) => chosen.filter(({ cell }) => kinds.includes(cell.dataset.meets));
    const score = chosen.reduce((sum, { weight, cell }) => sum + weight * fraction(cell.dataset.weight), 0);
    const failed = having('no');
    const met = [[having('fully'), 'fully'], [having('partly'), 'partly'], [having('preview'), 'only in preview']];
    // Taken together the needs are met as well as the one that is met worst.
    const level = LEVELS.findLast((level) => having(level).length) ?? 'fully';
    return { ...option, failed, met, level, key: [failed.length, -Math.round(1e6 * score), -having('fully', 'not-applicable').length] };
  }

  // As the build ranks: fewest needs failed, highest score, most met fully; equals share a place.
  ranking() {
    const compare = ({ key: a }, { key: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
    const ranked = this.options.map((option) => this.judge(option)).sort(compare);
    ranked.forEach((option, at) => { option.rank = at && !compare(ranked[at - 1], option) ? ranked[at - 1].rank : at + 1; });
    return ranked;
  }

  update() {
    const chosen = this.chosen();
    for (const need of this.needs) {
      need.box.checked = chosen.includes(need);
      need.box.ariaDisabled = need.held ? 'true' : null;
      $(need.tr, '.plumb-flag')?.remove();
      if (need.held) $(need.tr, 'th').append(make('span', { className: 'plumb-flag' }, HELD));
    }
    const ranked = this.ranking();
    for (const { th, column, failed } of ranked) {
      th.classList.toggle('plumb-out', failed.length > 0);
      for (const { cells, box } of this.needs) {
        const { classList, dataset } = cells[column];
        classList.toggle('plumb-out', failed.length > 0);
        classList.toggle('plumb-fault', box.checked && dataset.meets === 'no');
      }
    }
    for (const { tr, box } of this.needs) tr.classList.toggle('plumb-chosen', box.checked);
    const left = ranked.filter(({ failed }) => !failed.length);
    const first = left.filter(({ rank }) => rank === 1).map(({ name }) => name);
    put(this.part('.plumb-progress'), chosen.length
      ? `${plural(chosen.length, 'need')} chosen: ${left.length} of ${plural(this.options.length, 'option')} left${first.length ? `, first ${first.length > 1 ? 'and equally good: ' : ''}${first.join(', ')}` : ''}.`
      : 'No need chosen.');
    this.part('.plumb-ranking').replaceChildren(...(chosen.length ? ranked : []).map((option) =>
      make('li', { value: option.rank }, make(option.failed.length ? 's' : 'strong', {}, option.name), ` ${this.reason(option)}`)));
  }

  faults({ failed }) {
    return failed.map(({ name, cell }) => `${name} (${words($(cell, '.plumb-status'))})`).join('; ');
  }

  reason({ failed, met }) {
    if (failed.length) return `ruled out: ${this.faults({ failed })}`;
    const parts = met.filter(([needs]) => needs.length).map(([needs, how]) => `${needs.length} ${how}`);
    return parts.length ? `meets ${parts.join(', ')}` : 'is concerned by none';
  }

  markdown() {
    const chosen = this.chosen().map(({ name }) => `- ${markdown(name)}`);
    const ranked = this.ranking().map((option) => {
      const mark = option.failed.length ? '~~' : '**';
      return `- ${mark}${markdown(option.name)}${mark} ${markdown(this.reason(option))}`;
    });
    return `${['Needs:', '', ...chosen, '', 'Options:', '', ...ranked].join('\n')}\n`;
  }
}

// "1/2", near enough for a ranking.
const fraction = (text) => {
  const [n, d = 1] = text.split('/');
  return n / d || 0;
};

define('plumb-matrix', Matrix);
