import { budgets, bytesOf } from './budgets';
import { releaseDefinition } from './release-definition';
import { setQuery } from './sets';

const problemsOf = (of: unknown): string[] =>
  (budgets.safeParse(of).error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);

describe('budgets of a release', () => {
  it('limit hours of builders, disk, or both; nothing else', () => {
    expect(problemsOf({ cascade: { builder_hours: 10 }, release: { disk: '1.5T', per: '30d' } })).toEqual([]);
    expect(problemsOf({ cascade: {} })).toEqual(['cascade.builder_hours: builder_hours or disk must be there']);
    expect(problemsOf({ cascade: { builder_hours: 0 } })).toHaveLength(1);
    expect(problemsOf({ release: { disk: '10 GB' } })).toEqual([expect.stringMatching(/^release.disk: is no size/)]);
    expect(problemsOf({ cascades: { builder_hours: 1 } })[0]).toMatch(/Unrecognized key/);
    expect(problemsOf({ senders: [{ by: [], builder_hours: 1 }] })).toHaveLength(1);
  });

  it('leave a share to people, and never take all of it away from us', () => {
    expect(problemsOf({ people: { default: 0.5, '*': 0 } })).toEqual([]);
    expect(problemsOf({ people: { default: 1 } })).toHaveLength(1);
  });

  it('know quiet hours with time zones and days', () => {
    const quiet = { from: '22:00', until: '06:30', days: ['fri'], timezone: 'Europe/Prague', reason: 'composes' };
    expect(budgets.parse({ quiet: [quiet] }).quiet).toEqual([{ ...quiet, urgencies: ['background'] }]);
    expect(problemsOf({ quiet: [{ ...quiet, until: '24:00' }] })).toHaveLength(1);
    expect(problemsOf({ quiet: [{ ...quiet, timezone: 'Prague' }] })).toHaveLength(1);
    expect(problemsOf({ quiet: [{ ...quiet, urgencies: ['security'] }] })).toHaveLength(1);
  });

  it.each([
    ['1.5T', 1.5e12],
    ['200G', 2e11],
    ['10M', 1e7],
  ])('%s are %d bytes', (text, bytes) => expect(bytesOf(text)).toBe(bytes));
});

describe('what a release follows', () => {
  const least = {
    ...{ release: 'down', title: 'Down', product_version: 'down-1', gates: [], owners: [], releng: ['ada'] },
    ...{ build_systems: { rpm: 'local-rpm' }, sources: { rpm: { git: 'file:///git' } } },
    people: { ada: { mail: 'ada@mill.example' } },
  };
  const pathsOf = (follow: unknown): string[] =>
    (releaseDefinition.safeParse({ ...least, follow }).error?.issues ?? []).map((issue) => issue.path.join('.'));

  it('has a lull, and follows everything unless it says otherwise', () => {
    const { follow } = releaseDefinition.parse({ ...least, follow: [{ release: 'up' }] });
    expect(follow).toEqual([{ release: 'up', components: ['*'], lull: '10m', urgency: 'normal' }]);
  });

  it('is refused with an unknown key, a name that is no component, and of itself', () => {
    expect(pathsOf([{ release: 'up', branch: 'main' }])).toEqual(['follow.0']);
    expect(pathsOf([{ release: 'up', names: { python: 'rpm/python3' } }])).toEqual(['follow.0.names.python']);
    expect(pathsOf([{ release: 'up' }, { release: 'down' }])).toEqual(['follow.1.release']);
  });
});

test('a query of a set takes only what it knows', () => {
  expect(setQuery.safeParse({ types: ['rpm'], never_built: true }).success).toBe(true);
  expect(setQuery.safeParse({ type: 'rpm' }).success).toBe(false);
  expect(setQuery.safeParse({ built_before: 'yesterday' }).success).toBe(false);
  expect(setQuery.safeParse({ depends_on: ['libstone'] }).success).toBe(false);
});
