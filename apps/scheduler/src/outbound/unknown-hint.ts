import { doors } from '@millrace/contracts';
import type { Outside } from './outside';

/** An explanation waits no longer for the resolver than this, in milliseconds. */
const patience = 3000;

/** What the resolver says of a component that it does not know; null when it knows it, or does not answer soon. */
export async function unknownHint(
  { asker }: Pick<Outside, 'asker'>,
  release: string,
  component: string,
): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), patience)));
  const asked = asker
    .ask(doors.resolver.impact, { release, members: [component] })
    .then(({ unknown }) => unknown.find((one) => one.component === component)?.hint ?? null)
    .catch(() => null);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
