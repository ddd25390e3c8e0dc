import { toAppError } from '@millrace/kernel';
import type { Target } from '@millrace/koji';
import { z } from 'zod';
import type { Account, CheckedHub } from './check-places';
import { note, right, wrong, type KojiFinding } from './finding';

/**
 * What the hub's own policy says of our side tags, where it can be asked (`evalPolicy`), and whether they may have the
 * RPM macros that bootstrap passes need.
 */
export async function sideTagPolicy(
  { hub, who, features }: CheckedHub,
  what: string,
  { build_tag: tag, build_tag_name: name }: Target,
): Promise<readonly KojiFinding[]> {
  if (!features.sideTags) return [];
  // The tag's own word counts, not what it inherits.
  const own = await hub.getTag(name);
  const macros = own?.extra?.['sidetag_rpm_macros_allowed'] ? [] : [withoutMacros(what, name)];
  if (who === null || !(await hub.listMethods()).includes('evalPolicy')) return macros;
  return [...(await answerOf({ hub, what, tag, name, who })), ...macros];
}

interface Asked {
  readonly hub: CheckedHub['hub'];
  readonly what: string;
  readonly tag: number;
  readonly name: string;
  readonly who: Account;
}

async function answerOf({ hub, what, tag, name, who }: Asked): Promise<readonly KojiFinding[]> {
  const own = (await hub.listSideTags(null, who.name)).length;
  try {
    const data = { tag, number_of_tags: own, user_id: who.id };
    const outcome = await hub.write.call('evalPolicy', ['sidetag', data]);
    const answer = outcome.kind === 'answered' ? z.string().parse(outcome.value) : 'nothing';
    const says = `policy sidetag, for ${who.name} with ${own} side tags, of ${name}: ${answer}`;
    if (answer.startsWith('allow')) return [right(what, says)];
    return [wrong(what, says, "remove old side tags, or ask the hub's administrators")];
  } catch (thrown) {
    const says = `policy sidetag cannot be asked: ${toAppError(thrown).message}`;
    return [note(what, says, '`millrace doctor --koji --try` makes a side tag and removes it')];
  }
}

function withoutMacros(what: string, name: string): KojiFinding {
  const says = `side tags of ${name} may have no RPM macros: bootstrap passes of knots would fail`;
  return note(what, says, `koji edit-tag ${name} -x sidetag_rpm_macros_allowed=True`);
}
