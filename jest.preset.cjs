// One jest set-up for every project: TypeScript sources straight from the workspace, no build before a test.
const { join } = require('node:path');

module.exports = (projectDir, extra = {}) => ({
  rootDir: projectDir,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@millrace/source', 'require', 'node', 'default'] },
  extensionsToTreatAsEsm: [],
  // zod, kernel and friends are CommonJS or have a require condition; nothing of node_modules is transformed.
  transform: {
    '^.+\\.ts$': [
      join(__dirname, 'node_modules/@swc/jest'),
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
          target: 'es2022',
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  testTimeout: 30000,
  ...extra,
});
