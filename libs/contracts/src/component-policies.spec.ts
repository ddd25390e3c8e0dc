import { isBuiltFor, isEmbeddedComponent, toolsOf, whenNoTestsOf } from './component-policies';
import { releaseDefinition } from './release-definition';

const definition = releaseDefinition.parse({
  ...{ release: 'mill', title: 'A mill', product_version: 'mill-1', build_systems: { rpm: 'local-rpm' } },
  ...{ sources: {}, gates: [], people: { ada: { mail: 'ada@mill.example' } }, owners: [], releng: ['ada'] },
  tools: ['rpmlib(*)'],
  components: [
    { match: ['rpm/gcc', 'rpm/cmake'], tool: true, reason: 'they only build', owner: 'ada' },
    { match: ['rpm/golang-*'], embedding: true, reason: 'Go links statically' },
    { match: ['rpm/grub*'], architectures: ['x86_64', 'aarch64'], reason: 'no firmware elsewhere' },
    { match: ['rpm/docs-special'], when_no_tests: 'hold', reason: 'somebody looks at it' },
    { match: ['rpm/docs-*'], when_no_tests: 'pass', reason: 'nothing to test' },
  ],
});

test('tools are those of the release and those that a policy names', () => {
  expect(toolsOf(definition)).toEqual(['rpmlib(*)', 'rpm/gcc', 'rpm/cmake']);
});

test('what a policy says is embedded is, and nothing else', () => {
  expect(isEmbeddedComponent(definition, 'rpm/golang-x-text')).toBe(true);
  expect(isEmbeddedComponent(definition, 'rpm/gcc')).toBe(false);
});

test('a component is built for the architectures that a policy names, else for all', () => {
  expect(['x86_64', 's390x'].map((arch) => isBuiltFor(definition, 'rpm/grub2', arch))).toEqual([true, false]);
  expect(isBuiltFor(definition, 'rpm/gcc', 's390x')).toBe(true);
});

test('the first policy that says so decides what holds where no test exists', () => {
  expect(whenNoTestsOf(definition, 'rpm/docs-special')).toBe('hold');
  expect(whenNoTestsOf(definition, 'rpm/docs-more')).toBe('pass');
  expect(whenNoTestsOf(definition, 'rpm/gcc')).toBeNull();
});
