import { doors } from '@millrace/contracts';
import type { Context } from './context';
import type { CascadeWhole } from './naming';

/** A cascade with all its rebuilds, asked for page by page. */
export async function wholeCascade({ client }: Pick<Context, 'client'>, cascade: string): Promise<CascadeWhole> {
  const whole = await client.call(doors.scheduler.cascade, { cascade });
  const rebuilds = [...whole.rebuilds];
  for (let next = whole.next ?? null; next !== null;) {
    const page = await client.call(doors.scheduler.cascade, { cascade, after: next });
    rebuilds.push(...page.rebuilds);
    next = page.next ?? null;
  }
  return { ...whole, rebuilds, next: null };
}
