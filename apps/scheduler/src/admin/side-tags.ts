import { doors, sideTagPolicyOf, type SideTag } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import { answer, type BoundDoor } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { liveOf } from '../domain/live';
import { sideTagLines } from '../domain/side-tags/explain-side-tags';
import { sideTagId } from '../domain/side-tags/rows';
import { sideTagView } from '../domain/side-tags/side-tag-view';
import type { Rows } from '../domain/state';
import { missing } from './missing';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };
type Held = SideTag & { readonly system: string };

/** What the build systems of a release have, asked outside. */
export type AskHeld = (
  release: string,
  others: boolean,
) => Promise<{
  readonly held: readonly Held[];
  readonly unknown: readonly { readonly system: string; readonly release: string; readonly because: string }[];
}>;

const own = doors.scheduler;

export function sideTagQuestions(read: Read, ask: AskHeld): readonly BoundDoor<never>[] {
  return [
    answer(own.sideTags, async ({ release, cascade, all }) => {
      const releases = release === undefined ? await namesOf(read) : [await known(read, release)];
      const answers = await Promise.all(releases.map((name) => ask(name, all)));
      const held = answers.flatMap((one) => one.held).filter((one) => cascade === undefined || one.cascade === cascade);
      return { sideTags: await viewsOf(read, held), unknown: answers.flatMap((one) => [...one.unknown]) };
    }),
    answer(own.sideTagMoves, async ({ cascade: id }) => {
      const cascade = await read.cascades.get(id);
      if (!cascade) throw missing('cascade', id, 'look at `millrace cascade list`');
      const [release, row] = await Promise.all([read.releases.get(cascade.release), read.baseMoves.get(id)]);
      const { base: policy } = sideTagPolicyOf(release!.definition);
      return { cascade: id, policy, count: row?.count ?? 0, moves: (row?.moves ?? []).map((one) => ({ ...one })) };
    }),
  ];
}

/** What happened to a cascade's side tag, and below it. */
export async function sideTagWords(
  read: Read,
  { id: cascade }: Pick<Rows['cascades'], 'id'>,
): Promise<readonly string[]> {
  const [rows, moves] = await Promise.all([read.sideTags.where({ cascade }), read.baseMoves.get(cascade)]);
  return sideTagLines(rows, moves ?? undefined);
}

/** Side tags with what their cascades say. */
export async function viewsOf(read: Read, held: readonly Held[]) {
  const ids = [...new Set(held.flatMap((one) => one.cascade ?? []))];
  const cascades = new Map((await read.cascades.getMany(ids)).map((row) => [row.id, row]));
  const names = [...new Set(held.map((one) => one.release))];
  const live = new Set((await read.releases.getMany(names)).flatMap(liveOf));
  const rows = await read.sideTags.getMany(held.map((one) => sideTagId(one.release, one.tag)));
  const noted = new Map(rows.map((row) => [row.id, row]));
  const at = moment(Date.now());
  return held.map((one) => {
    const cascade = one.cascade === null ? undefined : cascades.get(one.cascade);
    const scene = { cascade, row: noted.get(sideTagId(one.release, one.tag)), at };
    return {
      ...sideTagView(one, { ...scene, live: cascade !== undefined && live.has(cascade.id) }),
      system: one.system,
    };
  });
}

async function namesOf(read: Read): Promise<readonly string[]> {
  return (await read.releases.where({})).map((row) => row.id);
}

async function known(read: Read, name: string): Promise<string> {
  if (await read.releases.get(name)) return name;
  throw missing('release', name, 'apply its definition first: millrace release apply FILE');
}
