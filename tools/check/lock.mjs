import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';

/**
 * Optional packages that package-lock.json names but does not hold. `npm ci` refuses such a lock file, and packages for
 * other platforms are the ones that go missing.
 */
export async function lockIsComplete() {
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
