import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeResultsDb, type FakeResultsDb } from '@millrace/resultsdb/fake';
import { startService, type RunningService } from '@millrace/service';
import { eventually, freePort, startTestNats, type TestNats } from '@millrace/testing';
import { definition } from '../../wiring';

let dir: string;
let nats: TestNats;
let target: FakeResultsDb;
let source: FakeResultsDb;
let service: RunningService | null = null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-others-'));
  [nats, target, source] = [await startTestNats(), await startFakeResultsDb(), await startFakeResultsDb()];
});
afterEach(async () => {
  await service?.stop();
  await target.close();
  await source.close();
  await nats.stop();
  await rm(dir, { recursive: true });
});

async function start(settings: object): Promise<void> {
  await mkdir(join(dir, 'data'), { recursive: true });
  await writeFile(join(dir, 'millrace.yaml'), JSON.stringify({ 'ci-bridge': settings }));
  service = await startService(definition, {
    MILLRACE_CONFIG: join(dir, 'millrace.yaml'),
    MILLRACE_DATA: join(dir, 'data'),
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_PORT: String(await freePort()),
    MILLRACE_LOG_LEVEL: 'error',
  });
}

async function post(item: string, note: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${service!.port}/resultsdb/api/v2.0/results`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      outcome: 'PASSED',
      testcase: 'ci.run.functional',
      note,
      data: { item, type: 'koji_build' },
    }),
  });
  return response.status;
}

interface Shown {
  readonly note: string | null;
  readonly submit_time: string;
  readonly data: Readonly<Record<string, readonly string[]>>;
}

async function ours(query = ''): Promise<readonly Shown[]> {
  const response = await fetch(`http://127.0.0.1:${service!.port}/resultsdb/api/v2.0/results?limit=1000&${query}`);
  return ((await response.json()) as { data: readonly Shown[] }).data;
}

const notes = (fake: FakeResultsDb): readonly unknown[] => fake.results.map(({ note }) => note);

it('posts results to another ResultsDB in their order, none twice, though answers are lost', async () => {
  await start({ forward_to: { url: target.url } });
  target.fail(1, 502, 'after');
  for (const note of ['first', 'second', 'third']) expect(await post('a-1-1', note)).toBe(201);
  await eventually(() => Promise.resolve(target.results.length >= 3), 'all three are there');
  expect(notes(target)).toEqual(['first', 'second', 'third']);
  expect((await ours()).map(({ note }) => note)).toEqual(['third', 'second', 'first']);
});

it('goes on after a restart with what could not be posted', async () => {
  await start({ forward_to: { url: target.url } });
  target.fail(1000, 503, 'before');
  await post('a-1-1', 'first');
  await post('a-1-1', 'second');
  await service!.stop();
  target.fail(0, 503, 'before');
  await start({ forward_to: { url: target.url } });
  await eventually(() => Promise.resolve(target.results.length >= 2), 'both are there');
  expect(notes(target)).toEqual(['first', 'second']);
});

it('with the mode only, the other one alone has them', async () => {
  await start({ forward_to: { url: target.url, mode: 'only' } });
  expect(await post('a-1-1', 'first')).toBe(201);
  await eventually(() => Promise.resolve(target.results.length === 1), 'it is there');
  expect(await ours()).toEqual([]);
});

it('asks another ResultsDB for new results, and takes each once, also after a restart', async () => {
  const now = (): string => new Date().toISOString().replace('Z', '000');
  const add = async (item: string, outcome = 'PASSED'): Promise<void> => {
    const body = {
      outcome,
      testcase: 'foreign.test',
      submit_time: now(),
      data: { item: [item], type: ['koji_build'] },
    };
    await fetch(`${source.url}/results`, { method: 'POST', body: JSON.stringify(body) });
  };
  const settings = { resultsdb_sources: { fedora: { url: source.url, every: '1s' } } };
  await add('a-1-1');
  await start(settings);
  await eventually(async () => (await ours()).length === 1, 'the first is taken');
  await add('b-1-1', 'SPLENDID');
  await add('c-1-1');
  await eventually(async () => (await ours('item=c-1-1')).length === 1, 'the third is taken');
  await service!.stop();
  await add('d-1-1');
  await start(settings);
  await eventually(async () => (await ours('item=d-1-1')).length === 1, 'what came meanwhile is taken');
  expect((await ours()).map(({ data }) => data['item']![0])).toEqual(['d-1-1', 'c-1-1', 'a-1-1']);
  const letters = (await (await fetch(`http://127.0.0.1:${service!.port}/api/v1/dead-letters`)).json()) as {
    deadLetters: readonly { origin: string; reason: string }[];
  };
  expect(letters.deadLetters).toMatchObject([
    { origin: 'resultsdb/fedora', reason: expect.stringContaining('SPLENDID') as string },
  ]);
});
