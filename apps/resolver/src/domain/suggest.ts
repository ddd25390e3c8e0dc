import type { ComponentId } from '@millrace/kernel';

/** What somebody who wrote this id may have meant, as a sentence. */
export function didYouMean(written: string, known: Iterable<ComponentId>): string {
  const wanted = nameOf(written);
  const scored = [...known].map((id) => ({ id, score: scoreOf(written, wanted, id) })).filter((one) => one.score <= 3);
  const isPlatform = written.startsWith('module/') && wanted === 'platform' && scored.every((one) => one.score > 0);
  if (isPlatform) return platformWords;
  scored.sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1));
  const best = scored.slice(0, 3).map((one) => one.id);
  return best.length > 0
    ? `did you mean ${best.join(' or ')}?`
    : 'the graph has nothing of a similar name: `millrace graph show` lists its components';
}

/** It has as many streams as there were minor releases, each of which every module may name: they are no components. */
const platformWords =
  'the platform is what every module stands on, and no component of the graph: `millrace graph search module/` lists ' +
  'the modules, and `millrace graph impact --all` orders everything of the release; or name a package of the platform';

function scoreOf(written: string, wanted: string, id: ComponentId): number {
  const name = nameOf(id);
  if (name === wanted) return 0;
  if (id.length - written.length > 3 || Math.abs(name.length - wanted.length) > 3) return 99;
  return Math.min(distance(name, wanted), distance(id, written));
}

function nameOf(id: string): string {
  return id.replace(/^[a-z]+\//, '').replace(/:.*$/, '');
}

/** Edits (insert, delete, replace) between two texts of at most 256 characters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
