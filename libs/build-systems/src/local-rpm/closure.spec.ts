import { brokenBetween, unresolvedOf } from './closure';

const packageOf = (component: string, version: string, provides: readonly string[], requires: readonly string[]) => {
  const name = component.slice('rpm/'.length);
  return {
    ...{ component, name, nevra: `${name}-0:${version}-1.noarch`, files: [] },
    provides: provides.map((one) => ({ name: one })),
    requires: requires.map((one) => ({ name: one })),
  };
};

describe('the closure of a landing', () => {
  const library = packageOf('rpm/libmill', '1', ['libmill.so.1'], []);
  const newer = packageOf('rpm/libmill', '2', ['libmill.so.2'], []);
  const program = packageOf('rpm/millwheel', '1', [], ['libmill.so.1']);

  it('names what could not be installed any more, and whose new build takes it away', () => {
    expect(brokenBetween([library, program], [newer, program])).toEqual([
      {
        ...{ component: 'rpm/millwheel', package: 'millwheel-0:1-1.noarch', requirement: 'libmill.so.1' },
        causes: ['rpm/libmill'],
      },
    ]);
  });

  it('says nothing of what was broken before, nor of what is mended along', () => {
    const broken = packageOf('rpm/crooked', '1', [], ['never-there']);
    const mended = packageOf('rpm/millwheel', '2', [], ['libmill.so.2']);
    expect(brokenBetween([library, program, broken], [newer, mended, broken])).toEqual([]);
  });

  it('reads what dnf repoclosure prints', () => {
    const text = [
      'package: millwheel-1-1.noarch from r',
      '  unresolved deps:',
      '    libmill.so.1',
      'package: crooked-1-1.noarch from r',
      '  unresolved deps:',
      '    never-there >= 2',
      'Error: Repoclosure ended with unresolved dependencies.',
    ].join('\n');
    expect(unresolvedOf(text)).toEqual([
      { package: 'millwheel-1-1.noarch', requirement: 'libmill.so.1' },
      { package: 'crooked-1-1.noarch', requirement: 'never-there >= 2' },
    ]);
  });
});
