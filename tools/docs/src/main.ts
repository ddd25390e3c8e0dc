import { resolve } from 'node:path';
import { broken, drift, write } from './drift';
import { generate } from './generate';
import { readWirings } from './wiring';

/** `npm run docs`: writes docs/generated and the golden contracts. `--check`: only says what differs (exit code 1). */
async function main(): Promise<number> {
  const root = resolve(__dirname, '../../..');
  const wanted = generate(await readWirings(root));
  const changed = broken(root, wanted);
  if (changed.length > 0) {
    console.error(`A released event may only get new optional members. Make a v2 beside it instead:\n${list(changed)}`);
    return 1;
  }
  if (!process.argv.includes('--check')) {
    write(root, wanted);
    return 0;
  }
  const differing = drift(root, wanted);
  if (differing.length > 0) console.error(`These files are out of date; run: npm run docs\n${list(differing)}`);
  return differing.length > 0 ? 1 : 0;
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
