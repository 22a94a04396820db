// Bundles the extension into dist/, with the licences of what is bundled.
'use strict';

const esbuild = require('esbuild');
const fs = require('node:fs');
const path = require('node:path');

const { metafile } = esbuild.buildSync({
  entryPoints: ['extension.js'],
  outfile: 'dist/extension.js',
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  metafile: true,
});

const folders = new Set();
for (const file of Object.keys(metafile.inputs)) {
  const [, folder] = file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//) ?? [];
  if (folder) folders.add(folder);
}
const licences = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = fs.readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${fs.readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
});
fs.writeFileSync('dist/LICENSES.txt', licences.join(`\n${'-'.repeat(80)}\n\n`));
fs.copyFileSync('../../LICENSE-MIT', 'LICENSE.txt');
