// A manifest can be copied, downloaded and unfolded; what is copied is the manifest and nothing else.

class Manifest extends Widget {
  // Findings are shown by the style alone and are not in the text.
  text() {
    return `${this.part('pre > code').textContent.replace(/\n+$/, '')}\n`;
  }

  do_copy() {
    this.copied(this.text(), 'Manifest');
  }

  do_download() {
    const url = URL.createObjectURL(new Blob([this.text()], { type: 'text/plain' }));
    make('a', { href: url, download: this.dataset.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  do_fold() {
    const open = this.toggleAttribute('data-open');
    const button = this.part('[data-do=fold]');
    button.setAttribute('aria-expanded', String(open));
    this.label ??= button.textContent;
    button.textContent = open ? 'Show less' : this.label;
  }
}

define('plumb-manifest', Manifest);
