import { AppError } from '@millrace/kernel';
import { World } from '../store/testing/world';
import type { Outside } from './outside';
import { sourcePolling } from './watch';

describe('a look at the heads of all sources', () => {
  const polled = async (faults: Readonly<Record<string, AppError>>) => {
    const world = new World({ graph: { 'rpm/a': [] } });
    await world.start(['rpm/a']);
    const head = ({ url }: { readonly url: string }) => {
      const fault = faults[url.slice(url.lastIndexOf('/') + 1)];
      return fault ? Promise.reject(fault) : Promise.resolve('a'.repeat(40));
    };
    const components = ['rpm/a', 'rpm/b', 'rpm/c'].map((component) => ({ component, external: false }));
    const outside = { read: world.store.read, asker: { ask: () => Promise.resolve({ components }) }, git: { head } };
    const polling = sourcePolling(outside as unknown as Outside);
    const context = { key: '', attempt: 1, signal: new AbortController().signal };
    const value = await polling.run({ release: 'mill' }, context);
    return polling.toInput({ release: 'mill' }, { ok: true, value }, '') as {
      readonly heads: readonly { readonly component: string }[];
      readonly problem: string | null;
    };
  };
  const fault = (kind: 'missing' | 'unavailable', message: string) =>
    new AppError({ code: 'git-broken', kind, message });

  it('has no problem with those that are not there', async () => {
    const { heads, problem } = await polled({ b: fault('missing', 'there is no repository b') });
    expect(heads.map((one) => one.component)).toEqual(['rpm/a', 'rpm/c']);
    expect(problem).toBeNull();
  });

  it('says that some could not be read, and brings the others', async () => {
    const { heads, problem } = await polled({ b: fault('unavailable', 'git.example does not answer') });
    expect(heads.map((one) => one.component)).toEqual(['rpm/a', 'rpm/c']);
    expect(problem).toBe('1 of 3 sources: git.example does not answer');
  });
});
