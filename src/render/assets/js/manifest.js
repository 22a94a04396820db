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
    make('a', { href: `data:text/yaml;charset=utf-8,${encodeURIComponent(this.text())}`, download: this.dataset.name }).click();
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
