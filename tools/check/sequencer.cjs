// The longest suites first: one that begins last keeps a core waiting. Of the others the larger file, as jest does it.
const { statSync } = require('node:fs');

/** Those that take half a minute and more, the longest first. */
const longest = [
  'tools/sim/src/properties/promises.spec.ts',
  'tools/sim/src/properties/accidents.spec.ts',
  'libs/testing/src/crash/crash.spec.ts',
  'tools/sim/src/ratios.spec.ts',
  'libs/clients/dist-git/src/dist-git.spec.ts',
  'libs/build-systems/src/local-rpm/local-rpm.spec.ts',
];

module.exports = class LongestFirst {
  sort(tests) {
    const rank = ({ path }) => {
      const at = longest.findIndex((name) => path.endsWith(name));
      return at < 0 ? longest.length : at;
    };
    const size = ({ path }) => statSync(path).size;
    return [...tests].sort((a, b) => rank(a) - rank(b) || size(b) - size(a));
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // Nothing is remembered: a clean clone knows no times.
  }
};
