// Needs and options: the reader chooses needs; options that fail one are ruled out, the others ranked.

class Matrix extends Widget {
  start() {
    this.options = this.parts('th[data-option]').map((th, index) => ({ id: th.dataset.option, name: words(th), th, column: index }));
    this.needs = this.parts('tr[data-need]').map((tr) => ({
      id: tr.dataset.need,
      name: words(find(tr, 'label')),
      box: find(tr, 'th input'),
      cells: findAll(tr, 'td'),
      tr,
    }));
    this.recall();
    this.addEventListener('change', () => this.changed());
    this.update();
  }

  chosen() {
    return this.needs.filter(({ box }) => box.checked);
  }

  state() {
    return { needs: this.chosen().map(({ id }) => id) };
  }

  adopt(state) {
    const ids = Array.isArray(state.needs) ? state.needs : [];
    for (const need of this.needs) need.box.checked = ids.includes(need.id);
    return ids.filter((id) => id !== '' && !this.needs.some((need) => need.id === id)).length;
  }

  toLink() {
    return this.chosen().length ? this.state().needs : [''];
  }

  fromLink(values) {
    return { needs: values };
  }

  // How an option fares with the needs that were chosen.
  judge({ column, ...option }) {
    const chosen = this.chosen().map((need) => ({ need, cell: need.cells[column] }));
    const count = (meets) => chosen.filter(({ cell }) => cell?.dataset.meets === meets).length;
    const failed = chosen.filter(({ cell }) => cell?.dataset.meets === 'no');
    const score = chosen.reduce((sum, { cell }) => sum + (Number(cell?.dataset.weight) || 0), 0);
    return { ...option, column, failed, score, fully: count('fully'), partly: count('partly'), preview: count('preview') };
  }

  ranking() {
    return this.options
      .map((option) => this.judge(option))
      .sort((a, b) => a.failed.length - b.failed.length || b.score - a.score || b.fully - a.fully || a.column - b.column);
  }

  update() {
    const chosen = this.chosen();
    const ranked = this.ranking();
    for (const { th, column, failed } of ranked) {
      const out = failed.length > 0;
      th.classList.toggle('plumb-out', out);
      for (const { cells, box } of this.needs) {
        cells[column]?.classList.toggle('plumb-out', out);
        cells[column]?.classList.toggle('plumb-fault', box.checked && cells[column].dataset.meets === 'no');
      }
    }
    for (const { tr, box } of this.needs) tr.classList.toggle('plumb-chosen', box.checked);
    const left = ranked.filter(({ failed }) => !failed.length);
    put(this.part('.plumb-progress'), chosen.length
      ? `${plural(chosen.length, 'need')} chosen: ${left.length} of ${plural(this.options.length, 'option')} left${left.length ? `, first ${left[0].name}` : ''}.`
      : 'No need chosen.');
    this.part('.plumb-ranking').replaceChildren(...(chosen.length ? ranked : []).map((option) => this.entry(option)));
  }

  entry(option) {
    const reason = this.reason(option);
    if (option.failed.length) {
      return make('li', { className: 'plumb-ruled-out' }, make('s', { textContent: option.name }), ` ruled out: ${reason}`);
    }
    return make('li', {}, make('strong', { textContent: option.name }), `: ${reason}`);
  }

  reason({ failed, fully, partly, preview }) {
    if (failed.length) return failed.map(({ need, cell }) => `${need.name} (${words(find(cell, '.plumb-status'))})`).join('; ');
    const parts = [[fully, 'fully'], [partly, 'partly'], [preview, 'only in preview']].filter(([count]) => count);
    return parts.length ? `meets ${parts.map(([count, how]) => `${count} ${how}`).join(', ')}` : 'not concerned';
  }

  do_reset() {
    for (const { box } of this.needs) box.checked = false;
    this.changed();
    store.write(this.key, null);
    say(this, 'No need is chosen any more.');
  }

  markdown() {
    const chosen = this.chosen().map(({ name }) => `- ${markdown(name)}`);
    const ranked = this.ranking().map((option) => {
      const name = markdown(option.name);
      return option.failed.length ? `- ~~${name}~~: ${markdown(this.reason(option))}` : `- **${name}**: ${markdown(this.reason(option))}`;
    });
    return `${['Needs:', '', ...(chosen.length ? chosen : ['- none chosen']), '', 'Options:', '', ...ranked].join('\n')}\n`;
  }
}

define('plumb-matrix', Matrix);
