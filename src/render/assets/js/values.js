// The details of a value open and close by the browser itself; but mdBook's search keeps the Escape key from it.
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') document.querySelector('.plumb-note:popover-open')?.hidePopover();
}, true);
