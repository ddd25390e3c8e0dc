import { releaseChanged } from '@millrace/contracts';
import type { Asker } from './definition';
import { releasesAsker } from './releases-asker';

const asking = (ask: () => Promise<unknown>) => releasesAsker({ ask } as unknown as Asker);
const { name, revision, definition, digest, by } = releaseChanged.example.data;

it('takes the definitions that the scheduler tells', async () => {
  const work = asking(() =>
    Promise.resolve({ releases: [{ name, revision, definition, digest, by, at: '2026-01-31T09:30:00.000Z' }] }),
  );
  const value = await work.run({}, { key: 'k', attempt: 1, signal: new AbortController().signal });
  expect(work.toInput({}, { ok: true, value }, 'k')).toEqual({
    type: 'releases-told',
    releases: [{ name, revision, definition }],
  });
});

it('goes on without a scheduler', () => {
  const work = asking(() => Promise.reject(new Error('nobody is there')));
  const fault = { code: 'no-answer', kind: 'unavailable' as const, message: 'nobody is there', remedy: 'start it' };
  expect(work.toInput({}, { ok: false, fault }, 'k')).toEqual({ type: 'releases-told', releases: [] });
});
