import type { Contents } from '@millrace/contracts';
import { isReleased } from './needs';
import type { RebuildRow } from './state';

/** An input that is not this cascade's validated build of its component; an input that is not used cannot be stale. */
export function staleInput(need: RebuildRow, contents: Contents): string | null {
  if (need.state !== 'validated' || !isReleased(need)) return null;
  const used = contents.inputs.filter((input) => input.component === need.component);
  const stale = used.find((input) => input.build !== need.build && input.nvr !== need.nvr);
  return stale ? `it was built with ${stale.nvr}, and the cascade has ${need.nvr}` : null;
}
