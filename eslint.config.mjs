import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Which kinds of project each kind may import. Apps never import apps; nothing imports upwards. */
const directions = {
  'type:kernel': [],
  'type:contracts': ['type:kernel'],
  'type:metadata': ['type:kernel', 'type:contracts'],
  'type:core': ['type:kernel', 'type:contracts', 'type:testing'],
  'type:engine': ['type:kernel', 'type:contracts', 'type:core', 'type:testing'],
  'type:bus': ['type:kernel', 'type:contracts', 'type:core', 'type:engine', 'type:testing'],
  'type:service': ['type:kernel', 'type:contracts', 'type:core', 'type:engine', 'type:bus', 'type:testing'],
  'type:client': ['type:kernel', 'type:contracts', 'type:client', 'type:testing'],
  'type:build-systems': ['type:kernel', 'type:contracts', 'type:metadata', 'type:client', 'type:testing'],
  'type:testing': ['type:kernel', 'type:contracts', 'type:metadata', 'type:core', 'type:engine', 'type:bus'],
  'type:app': [
    'type:kernel',
    'type:contracts',
    'type:metadata',
    'type:core',
    'type:engine',
    'type:bus',
    'type:service',
    'type:client',
    'type:build-systems',
    'type:testing',
  ],
  'type:tool': ['*'],
};

const promises = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
  '@typescript-eslint/await-thenable': 'error',
};

const shape = {
  'max-lines': ['error', { max: 350 }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-depth': ['error', 3],
  'max-params': ['error', 6],
  eqeqeq: ['error', 'always'],
  'no-console': 'error',
  'no-control-regex': 'off',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
};

const noEnums = { selector: 'TSEnumDeclaration', message: 'No enums: use an `as const` union.' };
const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'No default exports: name what you export.',
};
const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "The environment is read only in an app's or tool's config.ts and main.ts.",
};
const noShell = {
  selector: 'CallExpression[callee.name=/^(exec|execSync)$/]',
  message: 'No shell: spawn with an argument list.',
};
const noWriteBeside = {
  selector: "CallExpression[callee.property.name='transaction'][callee.object.property.name='dataSource']",
  message: 'All writes go through the unit of work of libs/store.',
};
const writesOfTypeOrm = ['save', 'insert', 'update', 'delete'].flatMap((property) =>
  ['repo', 'repository'].map((object) => ({
    object,
    property,
    message: 'All writes go through the unit of work of libs/store.',
  })),
);

const depConstraints = Object.entries(directions).map(([sourceTag, onlyDependOnLibsWithTags]) => ({
  sourceTag,
  onlyDependOnLibsWithTags,
}));

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.nx/**',
      '**/.millrace/**',
      '**/.cache/**',
      'docs/generated/**',
      '**/golden/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      ...shape,
      'no-restricted-syntax': ['error', noEnums, noDefaultExport, noEnvironment, noShell, noWriteBeside],
      'no-restricted-properties': ['error', ...writesOfTypeOrm],
      '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints }],
    },
  },
  {
    // The simulator drives the real decider over the real graph core, the bench a whole scheduler; nobody else reaches
    // into an app.
    files: ['tools/sim/**/*.ts', 'tools/bench-scheduler/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { allow: ['@millrace/scheduler/**', '@millrace/resolver/**', '@millrace/bench/debian'], depConstraints },
      ],
    },
  },
  {
    files: ['**/src/**/*.ts', 'e2e/**/*.ts'],
    ignores: ['**/*.{spec,e2e,suite}.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: promises,
  },
  {
    // A test tells a story: its length is no measure, and it may set the environment of what it starts.
    files: ['**/*.{spec,e2e,suite}.ts', '**/test/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-restricted-syntax': ['error', noEnums, noDefaultExport, noShell],
    },
  },
  {
    // Where a process starts: its settings come from the environment, and its answers go to the terminal.
    files: ['**/config.ts', '**/main.ts', 'tools/**/*.ts', 'libs/supervisor/**/*.ts', 'libs/testing/**/*.ts'],
    ignores: ['**/*.{spec,e2e,suite}.ts'],
    rules: { 'no-restricted-syntax': ['error', noEnums, noDefaultExport, noShell, noWriteBeside] },
  },
  {
    files: ['apps/cli/**/*.ts', 'tools/**/*.ts', '**/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['libs/store/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
      },
    },
    rules: { 'max-lines': ['error', { max: 350 }], 'max-depth': ['error', 3], 'no-unused-vars': 'error' },
  },
);
