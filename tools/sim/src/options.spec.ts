import { optionsFrom, originOf } from './options';
import { knownSets } from './sets';

describe('the command line of the simulator', () => {
  it('has the options of its help, and defaults', () => {
    expect(optionsFrom([])).toMatchObject({ set: 'ocaml-abi', builders: 8, pace: 'flow', seeds: 1, 'fail-rate': 0 });
    const files = ['--sources', 'S', '--packages', 'P'];
    const rest = ['--set', 'perl-abi', '--builders', '64', '--pace', 'lockstep', '--seeds', '5', '--fail-rate', '0.03'];
    const all = optionsFrom([...files, ...rest, '--json']);
    expect(all).toMatchObject({ set: 'perl-abi', builders: 64, pace: 'lockstep', seeds: 5, json: true });
    expect(originOf(all)).toMatchObject({ kind: 'indices' });
  });

  it('takes the whole of an exported graph unless a set is named', () => {
    expect(optionsFrom(['--graph', 'g.json'])).toMatchObject({ set: 'full' });
    expect(optionsFrom(['--graph', 'g.json', '--set', 'perl-direct'])).toMatchObject({ set: 'perl-direct' });
  });

  it('knows the sets of the design', () => {
    const names = ['ocaml-abi', 'python-ext-abi', 'perl-abi', 'ocaml-direct', 'perl-direct', 'python3-direct', 'full'];
    expect([...knownSets().keys()]).toEqual(names);
  });

  it.each([
    [['--builders', '0'], /--builders: '0' is not a whole number from 1/],
    [['--builders', 'many'], /'many'/],
    [['--seeds', '1.5'], /--seeds: '1\.5' is not a whole number/],
    [['--seeds', ''], /--seeds: ''/],
    [['--fail-rate', '3'], /--fail-rate: '3' is not a number from 0 to 1/],
    [['--fail-rate', 'NaN'], /'NaN'/],
    [['--pace', 'fast'], /--pace: 'fast' is not one of flow, lockstep/],
    [['--set', 'rust'], /--set: 'rust' is not one of ocaml-abi/],
    [['--sources', 'S'], /go together/],
    [['--graph', 'g', '--sources', 'S', '--packages', 'P'], /takes the place/],
    [['--bogus'], /--bogus/],
    [['more'], /more/],
    [['--builders', '0', '--pace', 'fast'], /--builders.*; --pace/],
  ])('refuses %j, and says what to do', (argv, message) => {
    const refused = { code: 'wrong-usage', remedy: expect.stringContaining('--help') as string };
    expect(() => optionsFrom(argv)).toThrow(expect.objectContaining(refused) as Error);
    expect(() => optionsFrom(argv)).toThrow(message);
  });
});
