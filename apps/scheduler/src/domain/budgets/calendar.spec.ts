import { releaseDefinition } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import { definitionOf } from '../../store/testing/outside';
import { forecast } from '../forecast';
import { placed } from '../paths';
import { shutFrom, thawOf } from './calendar';

const hour = 3_600_000;
/** A Monday. */
const at = moment(Date.parse('2026-01-05T06:00:00Z'));
const quiet = { days: ['mon', 'tue'], from: '08:00', until: '18:00', timezone: 'Etc/UTC', reason: 'people build' };
const definition = (more: object) => releaseDefinition.parse({ ...definitionOf(), ...more });
const freeze = (what: string, from: string, until: string) => {
  return { name: from, what, from: `${from}T00:00:00Z`, until: `${until}T00:00:00Z`, reason: 'the beta' };
};

describe('a forecast', () => {
  /** Four builds of an hour and a half, one after another. */
  const chain = ['a', 'b', 'c', 'd'];
  const plan = placed(
    chain.map((component, tier) => ({
      ...{ component, pass: 1, tier },
      needs: chain.slice(0, tier).map((need) => ({ component: need, pass: 1 })),
    })),
    () => 1.5 * hour,
  );
  const finish = (urgency: 'background' | 'normal' | 'security', from = at, windows: object[] = [quiet]) =>
    forecast(plan, 4, shutFrom(definition({ budgets: { quiet: windows } }), urgency, from)).finish / hour;

  it('starts nothing in quiet hours, and lets end what runs', () => {
    // 6:00 to 7:30, to 9:00; then from 18:00 on.
    expect(finish('background')).toBe(12 + 3);
    expect([finish('normal'), finish('security')]).toEqual([6, 6]);
    expect(finish('background', moment(Date.parse('2026-01-07T06:00:00Z')))).toBe(6);
  });

  it('of what may never start ends before it has begun', () => {
    const always = { ...quiet, days: undefined, from: '00:00', until: '00:00' };
    expect(finish('background', at, [always])).toBe(0);
  });
});

test('freezes that follow one another are waited for, whichever of them somebody is kept by', () => {
  const freezes = [freeze('changes', '2026-01-05', '2026-01-07'), freeze('all', '2026-01-07', '2026-01-09')];
  const frozen = definition({ freezes });
  expect(thawOf(frozen, 'changes', ['rpm/a'], 'normal', at)).toBe('2026-01-09T00:00:00.000Z');
  expect(thawOf(frozen, 'landing', 'all', 'normal', at)).toBe(at);
  expect(thawOf(definition({}), 'changes', 'all', 'normal', at)).toBe(at);
});
