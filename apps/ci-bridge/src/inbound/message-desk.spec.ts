import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@millrace/kernel';
import { config } from '../config';
import type { Input } from '../domain/input';
import type { IntakeParts } from './intake';
import { Lags } from './lags';
import { MessageDesk } from './message-desk';

const { topic, body } = JSON.parse(
  readFileSync(join(__dirname, 'ci-message/fixtures/koji-build-complete.json'), 'utf8'),
) as { topic: string; body: Record<string, unknown> };
const foreign: unknown = JSON.parse(readFileSync(join(__dirname, 'resultsdb/fixtures/result.json'), 'utf8'));

let taken: Input[] = [];
let buried: Parameters<IntakeParts['bury']>[0][] = [];
let answer: () => unknown = () => ({ results: [] });
const lags = new Lags();
const desk = new MessageDesk({
  take: (input) => {
    taken.push(input);
    return Promise.resolve().then(answer);
  },
  bury: (letter) => Promise.resolve(void buried.push(letter)),
  outcomes: config.parse({}).outcomes,
  heard: (source, draft) => lags.heard(source, draft),
});

beforeEach(() => {
  taken = [];
  buried = [];
  answer = () => ({ results: [] });
});

it('takes CI messages with their publisher, and tells how late they were', async () => {
  expect((await desk.take('fedora', { topic, body, publisher: 'ci-user' })).status).toBe('taken');
  expect(taken).toMatchObject([
    {
      type: 'results-reported',
      drafts: [
        {
          outcome: 'FAILED',
          publisher: 'ci-user',
          namespace: 'fedora-ci.koji-build',
          data: { publisher_id: ['ci-user'] },
        },
      ],
    },
  ]);
  expect([...(await lags.values())]).toEqual([['bus/fedora', expect.any(Number)]]);
});

it("takes another ResultsDB's news, but not its own results that come back", async () => {
  const news = 'org.example.prod.resultsdb.result.new';
  expect((await desk.take('fedora', { topic: news, body: foreign, publisher: null })).status).toBe('taken');
  expect(taken).toMatchObject([
    { drafts: [{ source: 'resultsdb:fedora:44012345', submit_time: '2026-01-31T09:40:00.000000' }] },
  ]);
  const own = { ...(foreign as object), data: { millrace_result: ['x'] } };
  expect((await desk.take('fedora', { topic: news, body: own, publisher: null })).status).toBe('ignored');
});

it('leaves alone what is about something else', async () => {
  expect((await desk.take('fedora', { topic: 'org.example.buildsys.tag', body: {}, publisher: null })).status).toBe(
    'ignored',
  );
  expect([taken, buried]).toEqual([[], []]);
});

it('keeps what cannot be mapped or is refused, once, and replays it', async () => {
  const bad = { topic, body: { ...body, test: {} }, publisher: null };
  const first = await desk.take('umb', bad);
  expect(first).toMatchObject({
    status: 'quarantined',
    refusal: { because: expect.stringContaining('test.') as string },
  });
  await desk.take('umb', bad);
  expect(new Set(buried.map(({ id }) => id)).size).toBe(1);
  const letter = { origin: buried[0]!.origin, content: Buffer.from(buried[0]!.bytes).toString() };
  expect((await desk.replay(letter))!.status).toBe('quarantined');
  expect(desk.replay({ ...letter, origin: 'webhook/x' })).toBeNull();
  answer = () => {
    throw new AppError({ code: 'publisher-refused', kind: 'forbidden', message: 'not you', remedy: 'be another' });
  };
  expect(await desk.take('umb', { topic, body, publisher: null })).toMatchObject({ refusal: { because: 'not you' } });
});

it('throws what is a fault, so that the message comes again', async () => {
  answer = () => {
    throw new AppError({ code: 'disk-full', kind: 'unavailable', message: 'full', remedy: 'wait' });
  };
  await expect(desk.take('umb', { topic, body, publisher: null })).rejects.toMatchObject({ code: 'disk-full' });
  expect(buried).toEqual([]);
});
