import type { Task } from '@millrace/koji';
import { z } from 'zod';
import type { Order } from '../build-system';

/** Travels with the task as `custom_user_metadata` (containers: `userdata`), so that the hub itself tells what is ours. */
export const marker = z.object({
  millrace_key: z.string(),
  millrace_release: z.string(),
  millrace_component: z.string(),
  millrace_cascade: z.string().nullable(),
  millrace_bootstrap: z.boolean(),
  /** Containers: the repository that it was given has the side tag as it was at this event. */
  millrace_event: z.number().int().optional(),
});
export type Marker = z.infer<typeof marker>;

const options = z.looseObject({ custom_user_metadata: marker });
/** Options of buildContainer, which knows no `custom_user_metadata`. */
const containerOptions = z.looseObject({ userdata: marker });
/** Methods of plug-ins may get their options by keyword. */
const keywords = z.looseObject({ opts: options });

export function markerFor(key: string, order: Order): Marker {
  return {
    millrace_key: key,
    millrace_release: order.release,
    millrace_component: order.component,
    millrace_cascade: order.cascade,
    millrace_bootstrap: order.bootstrap,
  };
}

/** null: somebody else's. */
export function markerOf(task: Task): Marker | null {
  for (const argument of task.request ?? []) {
    const parsed = options.safeParse(argument);
    if (parsed.success) return parsed.data.custom_user_metadata;
    const own = containerOptions.safeParse(argument);
    if (own.success) return own.data.userdata;
    const named = keywords.safeParse(argument);
    if (named.success) return named.data.opts.custom_user_metadata;
  }
  return null;
}

export function targetNameOf(task: Task): string | null {
  const target = task.request?.[1];
  return typeof target === 'string' ? target : null;
}
