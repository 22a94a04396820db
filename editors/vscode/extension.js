// The extension starts `mdbook-plumb lsp` and hands over what it says; everything else is the server's.
'use strict';

const vscode = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

/** @type {import('vscode-languageclient/node').LanguageClient | undefined} */
let client;

/** What the server is asked about: the languages that it knows, in files on the disk. */
const DOCUMENTS = ['markdown', 'toml', 'yaml', 'json', 'jsonc'].map((language) => ({
  scheme: 'file',
  language,
}));

function program() {
  return vscode.workspace.getConfiguration('mdbook-plumb').get('path') || 'mdbook-plumb';
}

async function start() {
  const run = { command: program(), args: ['lsp'], transport: TransportKind.stdio };
  client = new LanguageClient('mdbook-plumb', 'mdbook-plumb', run, {
    documentSelector: DOCUMENTS,
    synchronize: {
      fileEvents: vscode.workspace.createFileSystemWatcher('**/*.{md,toml,yaml,yml,json}'),
    },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const settings = 'Settings';
    const chosen = await vscode.window.showErrorMessage(
      `mdbook-plumb can't be started as \`${program()}\`: install it, or set its path. (${error.message})`,
      settings,
    );
    if (chosen === settings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'mdbook-plumb.path');
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

/** @param {vscode.ExtensionContext} context */
async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('mdbook-plumb.restart', restart),
    vscode.commands.registerCommand('mdbook-plumb.showOutput', () => client?.outputChannel.show()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('mdbook-plumb.path')) {
        return restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
