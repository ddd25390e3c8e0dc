import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { broken, drift, write } from './drift';

const page = 'docs/generated/events.md';
const golden = 'libs/contracts/golden/millrace.x.y.z.v1.schema.json';
const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
const wanted = new Map([
  [page, '# Events\n'],
  [golden, JSON.stringify(schema)],
]);
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-docs-'));
  write(root, wanted);
});
afterEach(() => rmSync(root, { recursive: true }));

test('what was written does not differ', () => expect(drift(root, wanted)).toEqual([]));

test('a changed file, a missing one and one too many are named, and writing heals them', () => {
  writeFileSync(join(root, page), '# Edited by hand\n');
  rmSync(join(root, golden));
  writeFileSync(join(root, 'docs/generated/old.md'), 'left over');
  expect(drift(root, wanted)).toEqual(['docs/generated/events.md', 'docs/generated/old.md', golden]);
  write(root, wanted);
  expect(drift(root, wanted)).toEqual([]);
  expect(readFileSync(join(root, page), 'utf8')).toBe('# Events\n');
});

test('a released event may grow, and may not change', () => {
  const grown = { ...schema, properties: { ...schema.properties, note: { type: 'string' } } };
  expect(broken(root, new Map([[golden, JSON.stringify(grown)]]))).toEqual([]);
  const changed = { ...schema, properties: { name: { type: 'number' } } };
  expect(broken(root, new Map([[golden, JSON.stringify(changed)]]))).toEqual([`${golden}: data.name.type changed`]);
});

test('an event that is new breaks nothing', () => {
  expect(broken(root, new Map([['libs/contracts/golden/new.v1.schema.json', '{}']]))).toEqual([]);
});
