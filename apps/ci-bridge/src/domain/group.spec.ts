import { groupIdOf } from './group';
import type { Input } from './input';
import { Bridge, defined, nvr, release, result, wanted } from './test-bridge';

const install = 'ci.install.functional';

describe('a group of builds', () => {
  it('has an id that follows from what it contains, in whatever order', () => {
    expect(groupIdOf(['b-1-1', 'a-1-1', 'a-1-1'])).toBe(groupIdOf(['a-1-1', 'b-1-1']));
    expect(groupIdOf(['a-1-1'])).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  const groups = { id: 'groups', subject_types: ['koji-build-group'], rules: [{ test: 'group.test' }] };
  const definition = release([{ id: 'rpms', rules: [{ test: install }] }, groups]);
  const wish: Input = { type: 'group-wanted', release: 'minidistro', builds: [nvr], context: 'millrace_rebuild' };

  it('is one subject with tests of its own, reported by its id, also before anybody asked', () => {
    const id = groupIdOf([nvr]);
    const bridge = new Bridge().take(defined(definition), wanted());
    bridge.take(result({ test: 'group.test', data: { item: [id], type: ['brew-build-group'] } }));
    expect(bridge.decided(wish).reply).toEqual({ subject: id, decision: 'passed', state: 'passed' });
    bridge.take(result({ outcome: 'FAILED' }));
    expect(bridge.verdict(id).answer.decision).toBe('failed');
  });

  it('of builds that nobody knows is refused', () => {
    expect(() => new Bridge().take(defined(definition), wish)).toThrow(/subject-unknown/);
    expect(() => new Bridge().take(wish)).toThrow(/release-unknown/);
  });

  describe('that is a tier or all of a cascade', () => {
    const tier = { id: 'tier', scope: 'tier', rules: [{ test: 'tier.test' }], packages: ['libmill'] };
    const asked = (scope: 'tier' | 'cascade', members: readonly string[]) => {
      const group = members.map((component) => ({ component, nvr: `${component.slice(4)}-1-1` }));
      const subject = { type: 'koji-build-group', id: groupIdOf(group.map((one) => one.nvr)), aliases: [] };
      return wanted({ subject, group, scope, component: 'stack/c-1-tier-0', build: 'group/c-1/tier-0' });
    };
    const reasonsOf = (input: Input, gates: readonly object[] = [tier, groups]): readonly string[] => {
      const bridge = new Bridge().take(defined(release([{ id: 'rpms', rules: [{ test: install }] }, ...gates])), input);
      const data = bridge.events('verdict.decided').at(-1)!.data as { reasons: readonly { test: string }[] };
      return data.reasons.map(({ test }) => test);
    };

    it('has the gates of its scope, and only those', () => {
      expect(reasonsOf(asked('tier', ['rpm/libmill', 'rpm/quern']))).toEqual(['tier.test']);
      expect(reasonsOf(asked('cascade', ['rpm/libmill']))).toEqual(['-']);
      expect(reasonsOf(wanted())).toEqual([install]);
    });

    it('has those that have a build of a name that they speak of', () => {
      expect(reasonsOf(asked('tier', ['rpm/quern']))).toEqual(['-']);
    });

    it('stays what it is when somebody asks about its builds by their names', () => {
      const bridge = new Bridge().take(defined(release([{ id: 'rpms', rules: [] }, tier])), wanted());
      bridge.take(asked('tier', ['rpm/libmill']));
      const [member] = (asked('tier', ['rpm/libmill']) as Extract<Input, { type: 'verdict-wanted' }>).wanted.group!;
      bridge.take(wanted({ subject: { type: 'koji_build', id: member!.nvr, aliases: [] } }));
      const reply = bridge.decided({ ...wish, builds: [member!.nvr] }).reply;
      expect(reply).toMatchObject({ decision: 'pending' });
      expect(bridge.verdict(groupIdOf([member!.nvr]))).toMatchObject({ scope: 'tier', build: 'group/c-1/tier-0' });
    });
  });

  it('is known by that id, whatever it is called', () => {
    const group = [{ component: 'rpm/libmill', nvr }];
    const subject = { type: 'koji-build-group', id: 'mill@0', aliases: [] };
    const bridge = new Bridge().take(
      defined(definition),
      wanted({ subject, group, component: 'stack/mill', build: 's' }),
    );
    bridge.take(result({ test: 'group.test', data: { item: [groupIdOf([nvr])], type: ['koji-build-group'] } }));
    expect(bridge.verdict('mill@0').answer.decision).toBe('passed');
  });
});
