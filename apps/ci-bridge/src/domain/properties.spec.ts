import fc from 'fast-check';
import type { Input } from './input';
import { Bridge, defined, nvr, result, wanted } from './test-bridge';

const install = 'ci.install.functional';
const run = 'ci.run.functional';

function asked(): Bridge {
  return new Bridge().take(defined(), wanted());
}

describe('properties', () => {
  const outcomes = ['PASSED', 'INFO', 'FAILED', 'NEEDS_INSPECTION', 'QUEUED', 'RUNNING', 'ERROR'];
  const reported = fc.record({
    test: fc.constantFrom(install, run),
    outcome: fc.constantFrom(...outcomes),
    second: fc.integer({ min: 0, max: 9 }),
    architecture: fc.constantFrom('x86_64', 's390x', null),
    build: fc.constantFrom<string>('b-2', 'b-1', '77'),
  });
  type OneReport = typeof reported extends fc.Arbitrary<infer R> ? R : never;

  function inputOf({ test, outcome, second, architecture, build }: OneReport, n: number): Input {
    const place: [string, string[]][] = architecture === null ? [] : [['system_architecture', [architecture]]];
    const data = Object.fromEntries([...place, ['brew_task_id', [build]]]);
    return result({ test, outcome, when: `2026-01-31T09:29:3${second}Z`, source: `p-${n}`, data });
  }
  const answer = (bridge: Bridge) => {
    const { decision, state, reasons } = bridge.verdict().answer;
    return { decision, state, tests: reasons.map((reason) => [reason.test, reason.state]) };
  };

  it('the order of results and of the question does not matter', () => {
    fc.assert(
      fc.property(
        fc.array(reported, { maxLength: 8 }).chain((all) => {
          const inputs = [wanted(), ...all.map(inputOf)];
          return fc.tuple(fc.constant(inputs), fc.shuffledSubarray(inputs, { minLength: inputs.length }));
        }),
        ([inputs, shuffled]) => {
          const one = new Bridge().take(defined(), ...inputs);
          const other = new Bridge().take(defined(), ...shuffled);
          expect(answer(other)).toEqual(answer(one));
        },
      ),
    );
  });

  it('duplicates change nothing', () => {
    fc.assert(
      fc.property(fc.array(reported, { maxLength: 6 }), fc.array(fc.nat(5)), (all, again) => {
        const inputs = all.map(inputOf);
        const bridge = asked().take(...inputs);
        const [before, said] = [answer(bridge), bridge.said().length];
        for (const n of again) if (inputs[n]) bridge.take(inputs[n]);
        expect(answer(bridge)).toEqual(before);
        expect(bridge.said()).toHaveLength(said);
      }),
    );
  });

  it("no verdict ever passes by another build's results", () => {
    fc.assert(
      fc.property(fc.array(reported, { maxLength: 8 }), (all) => {
        const others = all.map((one) => ({ ...one, build: 'b-1' }));
        const bridge = asked().take(...others.map(inputOf));
        expect(bridge.verdict().answer).toMatchObject({ decision: 'pending', state: 'waiting' });
      }),
    );
  });

  it('a passed verdict has a passed result or a waiver for each required test', () => {
    fc.assert(
      fc.property(fc.array(reported, { minLength: 2, maxLength: 10 }), fc.boolean(), (all, waived) => {
        const bridge = asked().take(...all.map(inputOf));
        if (waived) bridge.take({ type: 'waive', subject: nvr, test: run, comment: 'x' });
        const { decision, reasons } = bridge.verdict().answer;
        const fine = reasons.every(({ state, waiver, result: of }) => {
          const row = [...bridge.state.results.values()].find(({ number }) => number === of);
          return state === 'waived' ? waiver !== null : ['PASSED', 'INFO'].includes(row?.outcome ?? '');
        });
        expect(decision === 'passed').toBe(fine);
      }),
    );
  });

  it('answers are said with growing revisions, and only when something turned', () => {
    fc.assert(
      fc.property(fc.array(reported, { maxLength: 8 }), (all) => {
        const bridge = asked().take(...all.map(inputOf));
        const said = bridge.events('verdict.decided');
        expect(said.map(({ revision }) => revision)).toEqual(said.map((_, n) => n + 1));
        const texts = said.map(({ data }) => JSON.stringify({ ...(data as object), revision: 0, retry_after: 0 }));
        expect(texts.every((text, n) => n === 0 || text !== texts[n - 1])).toBe(true);
      }),
    );
  });
});
