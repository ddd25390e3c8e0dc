// Lets a thread or a process run the TypeScript sources, as jest does for tests.
const { transformSync } = require('@swc/core');
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve } = require('node:path');

const root = resolve(__dirname, '../../..');
const folders = { koji: 'libs/clients/koji' };
const resolveName = Module._resolveFilename;

Module._resolveFilename = function (name, parent, ...rest) {
  const own = /^@millrace\/([\w-]+)$/.exec(name);
  if (own) return join(root, folders[own[1]] ?? `libs/${own[1]}`, 'src/index.ts');
  const beside =
    name.startsWith('.') && parent?.filename ? join(dirname(parent.filename), `${name.replace(/\.js$/, '')}.ts`) : null;
  return beside !== null && existsSync(beside) ? beside : resolveName.call(this, name, parent, ...rest);
};

Module._extensions['.ts'] = (module, filename) => {
  const options = {
    jsc: { parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true }, target: 'es2022' },
    module: { type: 'commonjs' },
    filename,
  };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
