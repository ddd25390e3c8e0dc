import { doors, type DoorReply } from '@millrace/contracts';
import { AppError, type ComponentId } from '@millrace/kernel';
import type { CascadeRow, ReleaseRow } from '../domain/state';
import type { Outside } from './outside';

type Impact = DoorReply<typeof doors.resolver.impact>;
type Asked = Pick<Outside, 'asker' | 'read'>;

/**
 * A release that only observes makes no build that would show what it touches. Its plans have that from the beginning,
 * in order: what a build that is there already takes from others, and what a change that is not built yet is likely to
 * touch. A plan of everything, and those of other modes, stay as they are.
 */
export async function foreseenOf(
  outside: Asked,
  release: ReleaseRow,
  cascade: CascadeRow,
  impact: Impact,
): Promise<Impact> {
  if (release.definition.mode !== 'observe' || cascade.plan > 0) return impact;
  const touched = await touchedBy(outside, cascade, impact);
  if (touched.size === 0) return impact;
  const { snapshot, likely, atMost, unknown } = impact;
  const own = new Map(impact.rebuilds.map((one) => [one.component, one.because]));
  const members = [...new Set([...own.keys(), ...touched.keys()])];
  const whole = await outside.asker.ask(doors.resolver.impact, { release: release.id, snapshot, members });
  const rebuilds = whole.rebuilds.map((one) => {
    return { ...one, because: own.get(one.component) ?? touched.get(one.component) ?? one.because };
  });
  return { ...whole, rebuilds, unknown, likely, atMost };
}

/** Components that the plan's members touch, with why. */
async function touchedBy(
  outside: Asked,
  cascade: CascadeRow,
  impact: Impact,
): Promise<ReadonlyMap<ComponentId, string>> {
  const builds = await outside.read.builds.getMany(cascade.adopts ?? []);
  const touched = new Map<ComponentId, string>();
  const compared = new Set<ComponentId>();
  for (const { component, contents } of builds) {
    const added = contents === null ? null : await takenBy(outside, cascade, impact.snapshot, component, contents);
    if (added === null) continue;
    compared.add(component);
    for (const one of added) touched.set(one.component, one.because);
  }
  // The preview is of all members together.
  if (impact.rebuilds.every((one) => compared.has(one.component))) return touched;
  for (const one of impact.likely) {
    if (!touched.has(one)) touched.set(one, 'a change of what it uses is likely to touch it');
  }
  return touched;
}

/** What a finished build takes from others; null: the resolver cannot compare it. */
async function takenBy(
  { asker }: Asked,
  cascade: CascadeRow,
  snapshot: string,
  component: ComponentId,
  contents: string,
) {
  const overlay = { cascade: cascade.id, revision: 0 };
  const scope = cascade.scope === 'direct' ? ('direct' as const) : ('capability' as const);
  const about = { release: cascade.release, snapshot, overlay, component, scope, contents };
  try {
    return (await asker.ask(doors.resolver.compare, about)).added;
  } catch (thrown) {
    if (thrown instanceof AppError && (thrown.kind === 'missing' || thrown.kind === 'invalid')) return null;
    throw thrown;
  }
}
