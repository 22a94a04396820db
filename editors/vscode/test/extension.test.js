// What the extension does with an editor and a server, both played here: nothing has to be installed.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const test = require('node:test');

const MANIFEST = JSON.parse(fs.readFileSync(path.join(__dirname, '../package.json'), 'utf8'));

/** The extension in an editor with these settings, and what it did there. */
function editor({ settings = {}, fails = false } = {}) {
  const seen = { clients: [], commands: new Map(), errors: [], executed: [], stopped: 0 };
  class LanguageClient {
    constructor(id, name, run, options) {
      seen.clients.push({ id, name, run, options });
      this.outputChannel = { show: () => seen.executed.push('output') };
    }
    async start() {
      if (fails) throw new Error('ENOENT');
    }
    async stop() {
      seen.stopped += 1;
    }
  }
  const vscode = {
    workspace: {
      getConfiguration: (section) => ({ get: (key) => settings[`${section}.${key}`] }),
      createFileSystemWatcher: (glob) => ({ glob }),
      onDidChangeConfiguration: (heard) => (seen.changed = heard),
    },
    window: {
      showErrorMessage: async (message, choice) => {
        seen.errors.push(message);
        return choice;
      },
    },
    commands: {
      registerCommand: (name, run) => seen.commands.set(name, run),
      executeCommand: async (...all) => seen.executed.push(all),
    },
  };
  const played = { vscode, 'vscode-languageclient/node': { LanguageClient, TransportKind: { stdio: 0 } } };
  const load = Module._load;
  const file = require.resolve('../extension.js');
  delete require.cache[file];
  Module._load = (name, ...rest) => played[name] ?? load(name, ...rest);
  try {
    return { extension: require(file), seen };
  } finally {
    Module._load = load;
  }
}

test('it starts the language server for the languages that it activates on', async () => {
  const { extension, seen } = editor();
  await extension.activate({ subscriptions: [] });
  const [{ run, options }] = seen.clients;
  assert.deepEqual([run.command, run.args], ['mdbook-plumb', ['lsp']]);
  const languages = options.documentSelector.map((one) => one.language);
  for (const event of MANIFEST.activationEvents.filter((event) => event.startsWith('onLanguage:'))) {
    assert.ok(languages.includes(event.split(':')[1]), event);
  }
  assert.ok(options.documentSelector.every((one) => one.scheme === 'file'));
});

test('every command and setting of the manifest is there', async () => {
  const { extension, seen } = editor();
  await extension.activate({ subscriptions: [] });
  const commands = MANIFEST.contributes.commands.map((one) => one.command);
  assert.deepEqual([...seen.commands.keys()].sort(), commands.sort());
  await seen.commands.get('mdbook-plumb.showOutput')();
  assert.deepEqual(seen.executed, ['output']);
  const settings = Object.keys(MANIFEST.contributes.configuration.properties);
  assert.deepEqual(settings, ['mdbook-plumb.path', 'mdbook-plumb.trace.server']);
  const { restrictedConfigurations } = MANIFEST.capabilities.untrustedWorkspaces;
  assert.deepEqual(restrictedConfigurations, ['mdbook-plumb.path'], 'a stranger chooses no program');
});

test('another path starts another program', async () => {
  const settings = { 'mdbook-plumb.path': '/opt/plumb' };
  const { extension, seen } = editor({ settings });
  await extension.activate({ subscriptions: [] });
  assert.equal(seen.clients[0].run.command, '/opt/plumb');
  settings['mdbook-plumb.path'] = '/opt/newer';
  await seen.changed({ affectsConfiguration: (key) => key === 'mdbook-plumb.path' });
  assert.deepEqual([seen.clients[1].run.command, seen.stopped], ['/opt/newer', 1]);
  await seen.changed({ affectsConfiguration: () => false });
  assert.equal(seen.clients.length, 2);
  await extension.deactivate();
  await extension.deactivate();
  assert.equal(seen.stopped, 2);
});

test('a program that is not there is said, and its setting shown', async () => {
  const { extension, seen } = editor({ fails: true });
  await extension.activate({ subscriptions: [] });
  assert.match(seen.errors[0], /`mdbook-plumb`.*install it/);
  assert.deepEqual(seen.executed, [['workbench.action.openSettings', 'mdbook-plumb.path']]);
  await extension.deactivate();
});

test('its version is that of the program', () => {
  const cargo = fs.readFileSync(path.join(__dirname, '../../../Cargo.toml'), 'utf8');
  assert.equal(MANIFEST.version, cargo.match(/\[workspace\.package\][^[]*?\nversion = "([^"]+)"/)[1]);
});
