import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectToGreenwave } from './client';
import { startFakeGreenwave, type FakeGreenwave } from './fake';
import { decision } from './schema';

const question = {
  product_version: 'f43',
  decision_context: 'stable',
  subject_type: 'koji_build',
  subject_identifier: 'a-1-1',
};
let fake: FakeGreenwave;
beforeEach(async () => (fake = await startFakeGreenwave()));
afterEach(() => fake.stop());

it('reads a decision as it was seen', () => {
  const seen: unknown = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'decision.json'), 'utf8'));
  expect(decision.parse(seen)).toMatchObject({
    policies_satisfied: false,
    unsatisfied_requirements: [{ type: 'test-result-failed', result_id: 38088807 }],
  });
});

it('asks, and tells a decision from no policy', async () => {
  const greenwave = connectToGreenwave({ url: `${fake.url}/` });
  expect(await greenwave.decide(question)).toEqual({
    found: false,
    message: 'Found no applicable policies for koji_build subjects at gating point(s) stable in f43',
  });
  fake.decides('a-1-1', { policies_satisfied: false, summary: 'Of 1 required test, 1 result missing' });
  expect(await greenwave.decide(question)).toMatchObject({ found: true, decision: { policies_satisfied: false } });
  expect(fake.questions).toEqual([question, question]);
});

it('says whether it is away or refuses', async () => {
  const greenwave = connectToGreenwave({ url: fake.url, timeoutMs: 2000 });
  await expect(greenwave.decide({ ...question, product_version: '' })).rejects.toMatchObject({
    code: 'greenwave-refused',
    kind: 'invalid',
  });
  fake.fails(502);
  await expect(greenwave.decide(question)).rejects.toMatchObject({ code: 'greenwave-away', kind: 'unavailable' });
  await fake.stop();
  await expect(greenwave.decide(question)).rejects.toMatchObject({ code: 'greenwave-away' });
});
