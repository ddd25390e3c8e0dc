import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, root } from './command.mjs';

/**
 * What would make `npm ci` refuse package-lock.json: packages out of step with a package.json, and optional packages
 * that are named but not held (those for other platforms are the ones that go missing, unseen on this one).
 */
export async function lockIsComplete() {
  const dryRun = ['npm', 'ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { code, output } = await command(dryRun);
  return [...(code === 0 ? [] : [output]), ...optionalPackagesMissing()];
}

function optionalPackagesMissing() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([path, of]) =>
    Object.keys(of.optionalDependencies ?? {})
      .filter((name) => !isHeld(packages, path, name))
      .map((name) => `${path || 'the root'} names ${name}, which the lock file does not hold`),
  );
}

/** As Node looks for it: below the package itself, then below each folder above. */
function isHeld(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at ? `${at}/` : ''}node_modules/${name}` in packages) return true;
    if (at === '') return false;
    if (!at.includes('/node_modules/')) at = '';
  }
}
