import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkOf, type Network } from '../../../domain/graph/network';
import { rowOf } from '../../../domain/graph/rows';
import { unresolvedIn } from '../../../domain/graph/unresolved';
import { webSettings } from '../../web/settings';
import { readSource } from '../read-source';

const folder = mkdtempSync(join(tmpdir(), 'millrace-declared-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(...sources: readonly string[]): Promise<Network> {
  const order = { kind: 'declared', sources, packages: [], arch: 'amd64' };
  return networkOf((await readSource(order, { web: webSettings })).catalogue);
}

function file(text: string, name = 'declared.yaml'): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('declared components', () => {
  it('have what they contain, stand on, install, offer and require', async () => {
    const network = await read(join(__dirname, 'fixtures/stacks.yaml'));
    const out = (id: string): string[] =>
      [...rowOf(network.out, network.components.find(id))].map((n) => network.components.get(n)).sort();
    expect(out('stack/mill')).toEqual(['image/kitchen', 'rpm/millwheel']);
    expect(out('image/kitchen')).toEqual(['container/base', 'rpm/quern']);
    expect(out('rpm/millwheel')).toEqual(['rpm/quern']);
    expect(unresolvedIn(network).map((one) => one.requirement)).toEqual(['(bash or sh)']);
  });

  it.each([
    ['', /:1:1: it has no list 'components'/],
    ['components: [a]\n', /:1:14: is no component/],
    [
      'components:\n  - id: rpm/a\n  - id: rpm/a\n',
      /:3:5: declares rpm\/a again: it stands at .*declared\.yaml:2 already/,
    ],
    ['components:\n  - id: rpm/a\n    requires: [a >=]\n', /:3:16: 'a >=' is no dependency/],
    ["components:\n  - id: rpm/a\n    requires: ['(a and']\n", /:3:16: /],
    ["components:\n  - id: rpm/a\n    provides: ['(a and b)']\n", /:3:16: is a condition/],
    ['components:\n  - id: rpm/a\n    requires: b\n', /:3:5: 'requires' must be a list/],
    ['components:\n  - id: rpm/a\n    requires: [[b]]\n', /:3:16: is no text/],
    ['components:\n  - id: rpm/a\n    id: rpm/b\n', /:3:5: .*unique/],
    ['components:\n  - id: rpm/a\n    built_on: [b]\n', /:3:16: 'b' is no component id/],
  ])('%j is refused with its line and column', async (text, message) => {
    await expect(read(file(text))).rejects.toMatchObject({
      code: 'declared-malformed',
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('nothing was changed'),
    });
  });

  it('are refused twice over two files as well', async () => {
    const [one, two] = ['one.yaml', 'two.yaml'].map((name) => file('components:\n  - id: rpm/a\n', name));
    await expect(read(one!, two!)).rejects.toMatchObject({
      message: expect.stringMatching(/two\.yaml:2:5: .*one\.yaml:2/),
    });
  });

  it('that are a bomb of references are refused at the first one', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(10)}]`);
    await expect(read(file(`l0: &l0 [x]\n${rows.join('\n')}\ncomponents: *l30\n`))).rejects.toMatchObject({
      message: expect.stringMatching(/:2:\d+: is a reference \('\*l0'\)/),
    });
  });

  it('that nest without end, or are larger than people write, are refused', async () => {
    await expect(read(file(`components: ${'['.repeat(200_000)}`))).rejects.toMatchObject({
      code: 'declared-malformed',
    });
    await expect(read(file(`components: []\n${'# more\n'.repeat(700_000)}`))).rejects.toMatchObject({
      code: 'metadata-too-large',
    });
  });
});
