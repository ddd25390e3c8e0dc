import { assertNever, refuse, type Refusal } from '@millrace/kernel';
import { handBuildsSeen } from '../hand-made';
import { liveOf } from '../live';
import type { Turn } from '../turn';
import { baseMoved, pinned } from './base-moves';
import { tagGone, tagRestored } from './deleted';
import { keep, problemOf } from './keep';
import { sideTagId } from './rows';
import type { SideTagInput } from './side-tag-input';

type Of<Type extends SideTagInput['type']> = Extract<SideTagInput, { readonly type: Type }>;

/** Side tags: adopted and removed by people, deleted under a cascade, and a base that moves below them. */
export function decideSideTag(turn: Turn, input: SideTagInput): unknown {
  switch (input.type) {
    case 'sidetag.adopt':
      return adopt(turn, input);
    case 'sidetag.adopted':
      return adopted(turn, input);
    case 'sidetag.clean':
      return clean(turn, input);
    case 'sidetag.removed':
      return removed(turn, input);
    case 'sidetag.seen':
      for (const gone of input.gone) tagGone(turn, input, gone);
      return baseMoved(turn, input.system, input.moved);
    case 'sidetag.restored':
      return tagRestored(turn, input);
    case 'sidetag.pinned':
      return pinned(turn, input);
    default:
      return assertNever(input);
  }
}

function adopt(turn: Turn, { release, system, tag, cascade: id, why }: Of<'sidetag.adopt'>): Refusal | object {
  const cascade = turn.find('cascades', id);
  if (!cascade || cascade.release !== release) {
    const remedy = 'look at `millrace cascade list`';
    return refuse('cascade-unknown', `release ${release} has no cascade ${id}`, remedy, 'missing');
  }
  if (!liveOf(turn.row('releases', release)).includes(id) || cascade.closing) {
    const because = `cascade ${id} is ${cascade.closing ? 'landing' : cascade.state}: nothing more is built in it`;
    return refuse('cascade-ended', because, 'start another one: millrace cascade start', 'conflict');
  }
  keep(turn, { release, system, tag, cascade: id }, { state: 'adopting', why, by: turn.context.who });
  turn.work('sidetag.adopt', `${id}/${tag}/${turn.context.id}`, { release, system, tag, cascade: id });
  return { release, cascade: id, tag, text: `cascade ${id} builds in ${tag} from now on` };
}

function adopted(turn: Turn, { release, system, tag, cascade, builds, fault }: Of<'sidetag.adopted'>): void {
  keep(turn, { release, system, tag, cascade }, { state: fault ? 'adopting' : 'adopted', ...problemOf(fault) });
  if (!fault) handBuildsSeen(turn, release, system, builds);
}

function clean(turn: Turn, { release, tags, left, unlanded, why }: Of<'sidetag.clean'>): object {
  for (const { system, tag, cascade } of tags) {
    keep(turn, { release, system, tag, cascade }, { state: 'removing', why, by: turn.context.who });
    turn.work('sidetag.remove', `${tag}/${turn.context.id}`, { release, system, tag, unlanded });
  }
  return { release, removing: tags.map((one) => one.tag), left };
}

function removed(turn: Turn, { release, system, tag, fault }: Of<'sidetag.removed'>): void {
  const cascade = turn.find('sideTags', sideTagId(release, tag))?.cascade ?? null;
  keep(turn, { release, system, tag, cascade }, { state: fault ? 'seen' : 'removed', ...problemOf(fault) });
}
