import { linesOf } from './build-systems';

const system = { name: 'koji', capacity: 40, used: 3, downSince: null, problem: null, builders: [], unknown: null };
const all = {
  name: 'all',
  up: 2,
  hosts: 3,
  capacity: 8,
  load: 1.25,
  waiting: null,
  architectures: ['aarch64', 'x86_64'],
};

it('shows a line for each kind of builders', () => {
  const builders = [all, { ...all, name: 'default', waiting: 5, architectures: ['x86_64'] }];
  expect(linesOf({ ...system, builders })).toEqual([
    ['koji', '3 of 40', 'all', '2 of 3', '1.3 of 8.0', '', 'aarch64 x86_64'],
    ['', '', 'default', '2 of 3', '1.3 of 8.0', '5', 'x86_64'],
  ]);
});

it('says why builders are not known, and that a build system is down', () => {
  expect(linesOf({ ...system, unknown: 'koji does not answer' })[0]).toContain('koji does not answer');
  const down = linesOf({ ...system, downSince: '2026-01-02T03:04:05.000Z', problem: 'refused', builders: [all] });
  expect(down[1]![2]).toMatch(/^down since .*: refused$/);
});
