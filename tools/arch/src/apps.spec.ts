import { apps } from '@millrace/contracts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rule } from './rule';
import { folders, paths, root } from './source-tree';

const headings = ['Job', 'Hears', 'Says', 'State', 'Promises', 'Run'];
const topLevel = ['README.md', 'package.json', 'project.json', 'tsconfig.json', 'jest.config.cjs'];
const sources = ['main.ts', 'wiring.ts', 'config.ts', 'domain', 'store', 'domain/decide.ts'];
/** `testing`: a world for the tests of one app; only tests import it. */
const rooms = ['domain', 'inbound', 'outbound', 'store', 'admin', 'testing'];

describe('five services that look alike', () => {
  rule('every service has the same files', () =>
    apps.flatMap((app) =>
      [...topLevel, ...sources.map((file) => `src/${file}`)]
        .filter((file) => !existsSync(join(root, 'apps', app, file)))
        .map((file) => ({ path: `apps/${app}/${file}`, what: 'is missing' })),
    ),
  );

  rule('a service has no other rooms', () =>
    apps.flatMap((app) =>
      folders(`apps/${app}/src`)
        .filter((folder) => !rooms.includes(folder))
        .map((folder) => ({ path: `apps/${app}/src/${folder}`, what: `is none of ${rooms.join(', ')}` })),
    ),
  );

  rule("every service's README has the six headings in order", () =>
    apps.flatMap((app) => {
      const found = [...readme(app).matchAll(/^## (.+)$/gm)].map((match) => match[1]!.trim());
      const known = found.filter((heading) => headings.includes(heading));
      return known.join() === headings.join()
        ? []
        : [{ path: `apps/${app}/README.md`, what: `has ${found.join(', ') || 'no headings'}` }];
    }),
  );

  rule('every test that a README names is there', () =>
    apps.flatMap((app) => {
      const specs = paths(`apps/${app}`).filter((path) => path.endsWith('.spec.ts'));
      const named = [...readme(app).matchAll(/[\w./-]+\.spec\.ts/g)].map((match) => match[0]);
      return named
        .filter((name) => !specs.some((spec) => spec.endsWith(name)) && !existsSync(join(root, name)))
        .map((name) => ({ path: `apps/${app}/README.md`, what: `names ${name}, which is not there` }));
    }),
  );

  rule('every client of a peer has the same five parts', () =>
    folders('libs/clients').flatMap((peer) =>
      ['src/index', 'src/schema', 'src/fake', 'src/fixtures', 'README.md']
        .filter((part) => !['', '.ts'].some((end) => existsSync(join(root, 'libs/clients', peer, part + end))))
        .map((part) => ({ path: `libs/clients/${peer}/${part}`, what: 'is missing' })),
    ),
  );
});

function readme(app: string): string {
  const path = join(root, 'apps', app, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
