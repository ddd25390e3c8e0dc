const { stripVTControlCharacters } = require('node:util');

/** A line for each suite, as it ends, and the words of each failed test. */
module.exports = class {
  onTestResult(test, result) {
    const path = test.path.slice(process.cwd().length + 1);
    const { numPassingTests: passed, numFailingTests: failed, numPendingTests: skipped } = result;
    const bad = failed > 0 || result.testExecError;
    const took = ((result.perfStats.end - result.perfStats.start) / 1000).toFixed(1);
    const words = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
    process.stderr.write(`  ${bad ? '✗' : '✓'} ${path}: ${words.filter(Boolean).join(', ')} (${took} s)\n`);
    if (bad) process.stderr.write(`${indent(result.failureMessage ?? String(result.testExecError))}\n`);
  }
};

function indent(text) {
  const plain = stripVTControlCharacters(text);
  return plain
    .split('\n')
    .slice(0, 40)
    .map((line) => `      ${line}`)
    .join('\n');
}
