import type { BuildSystem } from '@millrace/build-systems';
import { digestOf } from '@millrace/kernel';
import type { Outside } from './outside';

type Seen = Pick<Awaited<ReturnType<BuildSystem['seen']>>, 'gone' | 'moved'>;

/** What is told again while it stays so is decided once a minute. */
const againMs = 60_000;

/** Side tags that somebody deleted, and builds that came into the base, become an input beside the look that saw them. */
export async function tellSideTags(
  { take }: Pick<Outside, 'take'>,
  release: string,
  system: string,
  { gone = [], moved = [] }: Seen,
): Promise<void> {
  if (gone.length === 0 && moved.length === 0) return;
  const minute = gone.length === 0 ? 0 : Math.floor(Date.now() / againMs);
  const id = `side-tags/${system}/${digestOf([release, gone, moved, minute])}`;
  await take({ type: 'sidetag.seen', release, system, gone, moved }, { id, who: system });
}
