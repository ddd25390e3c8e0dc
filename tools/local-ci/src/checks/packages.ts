import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { outcomeOf, runInRoot, type Bench, type Outcome } from '../check';
import { dnf, shownCandidate } from '../dnf';

/** Does everything that the build made install into an empty root, and does its own check program say yes there? */
export async function checkPackages(bench: Bench): Promise<readonly Outcome[]> {
  const install = await checkInstall(bench);
  if (install.result !== 'passed') return [install, notRun()];
  return [install, await checkRun(bench)];
}

async function checkInstall(bench: Bench): Promise<Outcome> {
  const { candidate, base, release } = bench.build;
  const files = await binaryRpms(candidate);
  const words = files.map((file) => `${shownCandidate}/${file}`);
  const ran = await runInRoot(bench, 'install', dnf({ candidate, base }, release, ['base'], ['install', ...words]));
  return outcomeOf('install', ran, {
    passed: `${files.length} packages install into an empty root`,
    failed: 'the packages do not install',
  });
}

async function checkRun(bench: Bench): Promise<Outcome> {
  const { name } = bench.build.component;
  const program = `libexec/checks/${name}`;
  const shipped = await stat(join(bench.root.dir, 'usr', program)).catch(() => null);
  if (!shipped?.isFile()) {
    return { check: 'run', result: 'info', note: `ships no /usr/${program}`, output: '', seconds: 0 };
  }
  const ran = await runInRoot(bench, 'run', { mode: 'run', show: [], argv: [`/usr/${program}`] });
  return outcomeOf('run', ran, { passed: `/usr/${program} is content`, failed: `/usr/${program} is not content` });
}

function notRun(): Outcome {
  const note = 'was not run: the packages do not install';
  return { check: 'run', result: 'failed', note, output: '', seconds: 0 };
}

/** Paths below the repository of all RPMs that are no sources. */
async function binaryRpms(repository: string, below = ''): Promise<readonly string[]> {
  const entries = await readdir(join(repository, below), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = below ? `${below}/${entry.name}` : entry.name;
      if (entry.isDirectory()) return binaryRpms(repository, path);
      return entry.name.endsWith('.rpm') && !entry.name.endsWith('.src.rpm') ? [path] : [];
    }),
  );
  return found.flat().sort();
}
