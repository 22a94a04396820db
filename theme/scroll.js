// What scrolls sideways on a narrow screen can be reached by the keyboard, in browsers that do not see to it by themselves too, and says so.
addEventListener('DOMContentLoaded', () => {
  const watch = new ResizeObserver((seen) => {
    for (const { target } of seen) {
      const scrolls = target.scrollWidth > target.clientWidth;
      target.toggleAttribute('data-scrolls', scrolls);
      if (scrolls) target.tabIndex = 0;
      else target.removeAttribute('tabindex');
    }
  });
  for (const box of document.querySelectorAll('main .table-wrapper, main :not(plumb-manifest) > pre > code')) watch.observe(box);
});
