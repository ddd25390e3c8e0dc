import { dependencyOf } from './resolve-clause';
import { supposing } from './suppose';

/**
 * Checked with the tools themselves: `rpm -U --test` installs what requires `bare >= 1` beside what provides `bare`, and
 * `dpkg-checkbuilddeps` calls `bare (>= 1)` unmet beside `Provides: bare`.
 */
describe('what new builds are supposed to offer', () => {
  const { rpm, deb } = supposing(['bare', 'libssl3 (= 3.1)', 'openssl-libs = 3.1-2']);
  const relation = (name: string, version: string | null) => ({
    ...{ name, ...(version === null ? {} : { operator: '>=' as const, version }) },
  });

  it.each([
    ['bare', true],
    ['bare >= 1', true],
    ['libssl3 >= 3', true],
    ['libssl3 >= 4', false],
    ['openssl-libs = 3.1-2', true],
    ['openssl-libs >= 3.2', false],
    ['other', false],
  ])('%s is met as rpm does it: %s', (wanted, met) => {
    expect(rpm(dependencyOf(wanted))).toBe(met);
  });

  it.each([
    ['bare', null, true],
    ['bare', '1', false],
    ['libssl3', '3', true],
    ['libssl3', '4', false],
    ['openssl-libs', '3', true],
    ['other', null, false],
  ])('%s (>= %s) is met as dpkg does it: %s', (name, version, met) => {
    expect(deb(relation(name, version), 'amd64')).toBe(met);
  });
});
