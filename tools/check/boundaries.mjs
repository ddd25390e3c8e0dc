import { command } from './command.mjs';

/** Imports that must be refused, told as the file that has them. If one passes, the rule sleeps. */
const forbidden = [
  ['apps/resolver/src/probe.spec.ts', '@millrace/scheduler'],
  ['libs/kernel/src/probe.spec.ts', '@millrace/contracts'],
  ['libs/store/src/probe.spec.ts', '@millrace/engine'],
  ['libs/contracts/src/probe.spec.ts', '@millrace/bus'],
];
const allowed = ['apps/resolver/src/probe.spec.ts', '@millrace/contracts'];

/** Tries the lint rule on imports that it must refuse and on one that it must not. */
export async function boundariesHold() {
  const warmed = await command(['node_modules/.bin/nx', 'show', 'projects']);
  if (warmed.code !== 0) return [warmed.output];
  const problems = [];
  for (const [file, imported] of forbidden) {
    if (!(await isRefused(file, imported))) problems.push(`${file} may import ${imported}`);
  }
  if (await isRefused(...allowed)) problems.push(`${allowed[0]} may not import ${allowed[1]}`);
  return problems;
}

async function isRefused(file, imported) {
  const { ESLint } = await import('eslint');
  const eslint = new ESLint();
  const code = `import * as probe from '${imported}';\nexport const seen = probe;\n`;
  const [result] = await eslint.lintText(code, { filePath: file });
  return result.messages.some((message) => message.ruleId === '@nx/enforce-module-boundaries');
}
