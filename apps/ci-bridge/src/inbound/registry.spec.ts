import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { config } from '../config';
import type { Found, Mapped, WebhookAdapter } from './adapter';
import { draftsOf } from './drafts';
import { genericAdapter } from './generic/map';
import { fileAdapters, webhookAdapters } from './registry';

const outcomes = config.parse({}).outcomes;
const mappingFile = join(__dirname, 'generic/fixtures/mapping.yaml');
const generic = genericAdapter(mappingFile, readFileSync(mappingFile, 'utf8'));
const webhooks = [...webhookAdapters, generic];
/** Ways that results come in by themselves, with a spec of their own. */
const messages = ['ci-message', 'resultsdb'];

interface Fixture {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly found?: readonly Partial<Found>[];
  readonly ignored?: string;
}

function folders(): readonly string[] {
  return readdirSync(__dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function fixturesOf(name: string, ending: string): readonly string[] {
  const folder = join(__dirname, name, 'fixtures');
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
}

it('has every folder, and a folder for each, with mapper, schema, fixtures and README', () => {
  const names = [...webhooks, ...fileAdapters].map(({ name }) => name);
  expect([...names, ...messages].sort()).toEqual([...folders()].sort());
  for (const folder of folders()) {
    for (const part of ['map.ts', 'schema.ts', 'README.md', 'fixtures'])
      expect([folder, part, existsSync(join(__dirname, folder, part))]).toEqual([folder, part, true]);
  }
});

const cases = webhooks.flatMap((adapter) =>
  fixturesOf(adapter.name, '.json').map((file) => [adapter.name, adapter, file] as const),
);

describe.each(cases)('%s', (_, adapter: WebhookAdapter, file: string) => {
  const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
  const map = async (body: unknown): Promise<Mapped> =>
    adapter.map({ headers: fixture.headers ?? {}, body, asked: {} });

  it(`maps ${file.slice(__dirname.length + 1)}, the same each time`, async () => {
    const mapped = await map(fixture.body);
    if ('ignored' in mapped) return expect(mapped.ignored).toContain(fixture.ignored);
    expect(mapped.found).toMatchObject(fixture.found!);
    expect(mapped.found).toHaveLength(fixture.found!.length);
    expect(await map(fixture.body)).toEqual(mapped);
    for (const draft of draftsOf(`webhook:${adapter.name}`, mapped.found, outcomes)) {
      expect(draft.data['item']).toHaveLength(1);
      expect(draft.source).toMatch(/^webhook:/);
    }
  });

  it('says which member is wrong when one is missing or of another type', async () => {
    if (fixture.found === undefined || adapter === generic) return;
    const required = Object.keys(fixture.body as object);
    let refused = 0;
    for (const member of required) {
      for (const value of [undefined, 7, [], 'x'.repeat(100_000)]) {
        const body = { ...(fixture.body as object), [member]: value };
        const said = await map(body).then(
          () => null,
          (thrown: unknown) => thrown as { readonly name?: string; readonly issues?: readonly { path: unknown[] }[] },
        );
        if (said === null) continue;
        refused++;
        expect([member, said.name]).toEqual([member, 'ZodError']);
        expect(said.issues!.length).toBeGreaterThan(0);
      }
    }
    expect(refused).toBeGreaterThan(0);
  });

  it.each([null, 'text', 7, [], {}])('takes %j for no message of its own', async (body) => {
    const said = await map(body).then(
      (mapped) => ('ignored' in mapped ? 'ignored' : 'mapped'),
      (thrown: unknown) => (thrown as Error).name,
    );
    expect(['ignored', 'ZodError']).toContain(said);
  });
});

const files = fileAdapters.flatMap((adapter) =>
  fixturesOf(adapter.name, '.json').map((expected) => [adapter.name, adapter, expected] as const),
);

it.each(files)('%s: each test of a file is a result, or all are one', async (_, adapter, expected) => {
  const stem = expected.slice(0, -'.json'.length);
  const file = ['.xml', '.tap', '.yaml'].map((ending) => stem + ending).find(existsSync)!;
  const content = readFileSync(file, 'utf8');
  const subject = { item: 'libstone-2.0-1.mr1', type: 'koji_build', testcase: null, url: null };
  const found = await adapter.map(content, subject);
  expect(found).toMatchObject(JSON.parse(readFileSync(expected, 'utf8')) as Partial<Found>[]);
  expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
  expect(draftsOf('file', found, outcomes)).toHaveLength(found.length);
  const [one, ...others] = await adapter.map(content, { ...subject, testcase: 'ci.file.functional' });
  expect(others).toEqual([]);
  expect(['FAILED', 'ERROR']).toContain(one!.outcome);
  expect(one!.note).toMatch(/^\d of \d tests: /);
});

it.each([
  ['junit', '<html/>'],
  ['junit', '<testsuites><testsuite/></testsuites>'],
  ['junit', '<testsuites><testsuite>'],
  ['junit', `<testsuite>${'<a>'.repeat(40)}`],
  ['junit', '<!DOCTYPE t [<!ENTITY x "y">]><testsuite><testcase name="&x;"/></testsuite>'],
  ['junit', '<testsuite><testcase name="&x;"/></testsuite>'],
  ['junit', `<testsuite>${'<testcase name="t"/>'.repeat(1001)}</testsuite>`],
  ['tap', 'all is well'],
  ['tmt', 'all is well'],
  ['tmt', '- {name: a, result: splendid}'],
  ['tmt', '- &a {name: a, result: pass}\n- *a'],
  ['tmt', '- !!js/function x'],
])('%s refuses %j', async (name, content) => {
  const adapter = fileAdapters.find((one) => one.name === name)!;
  const subject = { item: 'a-1-1', type: 'koji_build', testcase: null, url: null };
  await expect(Promise.resolve().then(() => adapter.map(content, subject))).rejects.toMatchObject({ name: 'ZodError' });
});

it.each([
  ['testcase: [', 'cannot be used'],
  ['testcase: "a"', 'outcome'],
  ['testcase: "(("\noutcome: o\nitem: i', 'testcase, at character'],
  ['testcase: a\noutcome: o\nitem: i\nfunction: f', 'function'],
])('a mapping %j is refused with the place', (text, place) => {
  expect(() => genericAdapter('m.yaml', text)).toThrow(place);
});

it('crops what is too long, and refuses unknown outcomes and too many results', () => {
  const found: Found = { key: 'k', testcase: 't', outcome: 'PASSED', data: { item: 'x'.repeat(9000) }, occurred: null };
  const [draft] = draftsOf('s', [{ ...found, note: 'y'.repeat(9000), testcase: 'z'.repeat(300) }], outcomes);
  expect([draft!.data['item']![0]!.length, draft!.note!.length, draft!.testcase.name.length]).toEqual([
    8192, 8192, 255,
  ]);
  expect(() => draftsOf('s', [{ ...found, outcome: 'SPLENDID' }], outcomes)).toThrow('SPLENDID');
  expect(() =>
    draftsOf(
      's',
      Array.from({ length: 1001 }, () => found),
      outcomes,
    ),
  ).toThrow('1001');
});

it("reads the message of the generic adapter's README by its mapping, as it says", async () => {
  const readme = readFileSync(join(__dirname, 'generic/README.md'), 'utf8');
  const written = (file: string): string => readme.split(`/${file}" <<'END'\n`)[1]!.split('\nEND\n')[0]!;
  const adapter = genericAdapter('README.md', written('mapping.yaml'));
  const body = JSON.parse(written('message.json')) as unknown;
  const mapped = await adapter.map({ headers: {}, body, asked: {} });
  const drafts = draftsOf('webhook:own', 'found' in mapped ? mapped.found : [], outcomes);
  expect(drafts.map(({ testcase, outcome, data }) => [testcase.name, outcome, data['item']])).toEqual([
    ['own-ci.install', 'PASSED', ['hello-2.10-1']],
    ['own-ci.upgrade', 'FAILED', ['hello-2.10-1']],
  ]);
});
