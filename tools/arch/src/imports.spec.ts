import { apps } from '@millrace/contracts';
import { rule, type Breach } from './rule';
import { projectOf, sourceFiles, targetOf, type SourceFile } from './source-tree';

const files = sourceFiles();
const allApps = [...apps, 'cli', 'console'];
const sides = ['inbound', 'outbound', 'store', 'admin'] as const;
/** Libraries of words and pure functions. */
const words = ['kernel', 'contracts', 'package-metadata', 'gate-policy'].map((name) => `@millrace/${name}`);

/** Packages with a home: nobody else talks to the database, the bus or a mail server. */
const homes: Readonly<Record<string, readonly string[]>> = {
  typeorm: ['libs/store'],
  sqlite3: ['libs/store'],
  pg: ['libs/store'],
  nats: [
    'libs/bus',
    'libs/service',
    'libs/supervisor',
    'tools/bench-scheduler',
    'libs/clients/messages',
    'libs/testing',
    'tools/local-ci',
    'tools/demo',
    'tools/docs',
  ],
  nodemailer: ['apps/notifier'],
  'smtp-server': ['tools/smtp-inbox', 'libs/testing'],
  commander: ['apps/cli'],
};

function breaches(of: readonly SourceFile[], what: (file: SourceFile, imported: string) => string | null): Breach[] {
  return of.flatMap((file) =>
    file.imports.flatMap((imported) => {
      const found = what(file, imported);
      return found === null ? [] : [{ path: file.path, what: found }];
    }),
  );
}

function partOf(path: string): string | null {
  return /^apps\/[^/]+\/src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

describe('who imports whom', () => {
  rule('an app never imports an app', () =>
    breaches(
      files.filter((file) => file.path.startsWith('apps/')),
      (file, imported) => {
        const target = targetOf(file, imported);
        const named = allApps.some(
          (app) => imported === `@millrace/${app}` || imported.startsWith(`@millrace/${app}/`),
        );
        const leaves = target !== null && projectOf(target) !== projectOf(file.path);
        return named || leaves ? `imports ${imported}` : null;
      },
    ),
  );

  rule('a relative import stays in its project', () =>
    breaches(files, (file, imported) => {
      const target = targetOf(file, imported);
      return target !== null && projectOf(target) !== projectOf(file.path) ? `imports ${imported}` : null;
    }),
  );

  rule('the domain imports only words and itself', () =>
    breaches(
      files.filter((file) => partOf(file.path) === 'domain' && !file.isSpec),
      (file, imported) => {
        if (words.includes(imported)) return null;
        const target = targetOf(file, imported);
        return target !== null && partOf(`${target}/`) === 'domain' ? null : `imports ${imported}`;
      },
    ),
  );

  rule('the four sides of a domain do not know each other', () =>
    breaches(
      files.filter((file) => sides.some((side) => partOf(file.path) === side) && !file.isSpec),
      (file, imported) => {
        const target = targetOf(file, imported);
        const other = target === null ? null : partOf(`${target}/`);
        const isSide = sides.some((side) => side === other);
        return isSide && other !== partOf(file.path) ? `imports ${imported}` : null;
      },
    ),
  );

  rule('what serves tests is imported by tests', () =>
    breaches(
      files.filter((file) => !file.isSpec && !/^(libs\/testing|tools|e2e)\//.test(file.path)),
      (_, imported) =>
        /^(@millrace\/testing|fast-check|@nestjs\/testing)$/.test(imported) ? `imports ${imported}` : null,
    ),
  );

  rule('the kernel and the contracts import nothing of the outside', () =>
    breaches(
      files.filter((file) => /^libs\/(kernel|contracts)\//.test(file.path) && !file.isSpec),
      (file, imported) => {
        const allowed = file.path.startsWith('libs/kernel/') ? ['node:crypto'] : ['zod', '@millrace/kernel'];
        return imported.startsWith('.') || allowed.includes(imported) ? null : `imports ${imported}`;
      },
    ),
  );

  rule('a package with a home is imported only there', () =>
    breaches(
      files.filter((file) => !file.isSpec),
      (file, imported) => {
        const home = homes[imported];
        return home && !home.includes(projectOf(file.path)) ? `imports ${imported}` : null;
      },
    ),
  );
});
