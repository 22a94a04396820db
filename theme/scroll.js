// What scrolls sideways on a narrow screen can be reached by the keyboard, in browsers that do not see to it by themselves too, and a
// table says how many of its columns are out of sight.
addEventListener('DOMContentLoaded', () => {
  const more = (box) => {
    const row = box.querySelector('tr');
    const end = box.getBoundingClientRect().right;
    const hidden = row ? [...row.cells].filter((cell) => cell.getBoundingClientRect().right > end + 8).length : 0;
    if (hidden) box.dataset.more = hidden === 1 ? '1 more column: scroll →' : `${hidden} more columns: scroll →`;
    else if (box.dataset.more) box.dataset.more = '\u00a0';
  };
  const watch = new ResizeObserver((seen) => {
    for (const { target } of seen) {
      const scrolls = target.scrollWidth > target.clientWidth;
      if (!scrolls) delete target.dataset.more;
      else if (!target.matches('pre > code')) more(target);
      if (target.matches('.plumb-scroll')) continue;
      if (scrolls) target.tabIndex = 0;
      else target.removeAttribute('tabindex');
    }
  });
  for (const box of document.querySelectorAll('main .table-wrapper, main .plumb-scroll, main :not(plumb-manifest) > pre > code')) {
    watch.observe(box);
    if (!box.matches('code')) box.addEventListener('scroll', () => more(box), { passive: true });
  }
});
