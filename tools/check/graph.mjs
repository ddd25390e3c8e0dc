import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.mjs';

/** Edges that must be in the project graph: without them nothing is built in order and no boundary is watched. */
const expected = [
  ['contracts', 'kernel'],
  ['scheduler', 'contracts'],
  ['scheduler', 'engine'],
  ['resolver', 'package-metadata'],
  ['cli', 'admin-client'],
];

export async function graphHasEdges() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-graph-'));
  try {
    const file = join(folder, 'graph.json');
    const { code, output } = await command(['node_modules/.bin/nx', 'graph', `--file=${file}`]);
    if (code !== 0) return [output];
    const { dependencies } = JSON.parse(readFileSync(file, 'utf8')).graph;
    return expected
      .filter(([from, to]) => !(dependencies[from] ?? []).some((edge) => edge.target === to))
      .map(([from, to]) => `the project graph has no edge from ${from} to ${to}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
