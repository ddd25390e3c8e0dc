import { globMatches } from '@millrace/contracts';
import { toAppError } from '@millrace/kernel';
import type { RpcStruct, Target } from '@millrace/koji';
import { z } from 'zod';
import type { CheckedHub } from './check-places';
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
  const itself = await hub.getTag(name);
  const macros = macrosOf(what, name, itself?.extra?.['sidetag_rpm_macros_allowed']);
  if (who === null || !(await hub.listMethods()).includes('evalPolicy')) return macros;
  const own = (await hub.listSideTags(null, who.name)).length;
  const answer = await answerOf(hub, what, {
    ...{ policy: 'sidetag', data: { tag, number_of_tags: own, user_id: who.id } },
    ...{ of: `for ${who.name} with ${own} side tags, of ${name}`, without: '' },
    refused: "remove old side tags, or ask the hub's administrators",
    unknown: '`millrace doctor --koji --try` makes a side tag and removes it',
  });
  return [answer, ...macros];
}

interface LandingPlace {
  /** Where what has landed goes. */
  readonly base: string;
  /** Where it comes from by a move; null: it is tagged. */
  readonly from: string | null;
  readonly promotes: boolean;
}

/**
 * What the hub's policies `tag` and `draft_promotion` say of landing. They are asked before there is a build: rules that
 * look at one make the hub refuse the question, and then it is said that it cannot be known.
 */
export async function landingPolicies(
  { hub, who }: CheckedHub,
  what: string,
  { base, from, promotes }: LandingPlace,
): Promise<readonly KojiFinding[]> {
  if (who === null || !(await hub.listMethods()).includes('evalPolicy')) return [];
  const [to, origin] = await Promise.all([hub.getTag(base), from === null ? null : hub.getTag(from)]);
  if (!to) return [];
  const how = origin ? { operation: 'move', fromtag: origin.id } : { operation: 'tag' };
  const rest = {
    without: ' without a build',
    refused: "ask the hub's administrators; rules that look at the build itself may say more at the first landing",
    unknown: 'nothing to do: it shows at the first landing',
  };
  const tagging = { policy: 'tag', of: `for ${who.name}, of ${base}`, data: { tag: to.id, user_id: who.id, ...how } };
  const promotion = { policy: 'draft_promotion', of: `for ${who.name}`, data: { user_id: who.id } };
  const asked = promotes ? [tagging, promotion] : [tagging];
  return Promise.all(asked.map((one) => answerOf(hub, what, { ...one, ...rest })));
}

interface Question {
  readonly policy: string;
  readonly data: RpcStruct;
  /** Whom and what it is about, in words. */
  readonly of: string;
  /** What it is asked without, in words. */
  readonly without: string;
  /** What to do when the policy refuses, and when it cannot be asked. */
  readonly refused: string;
  readonly unknown: string;
}

async function answerOf(hub: CheckedHub['hub'], what: string, question: Question): Promise<KojiFinding> {
  const { policy, data, of, without, refused, unknown } = question;
  try {
    const outcome = await hub.write.call('evalPolicy', [policy, data]);
    const answer = outcome.kind === 'answered' ? z.string().parse(outcome.value) : 'nothing';
    const says = `policy ${policy}, ${of}: ${answer}`;
    return answer.startsWith('allow') ? right(what, says) : wrong(what, says, refused);
  } catch (thrown) {
    return note(what, `policy ${policy} cannot be asked${without}: ${toAppError(thrown).message}`, unknown);
  }
}

/** Newer hubs have a list with patterns (or a text of them), older ones a flag for all. */
function macrosOf(what: string, name: string, allowed: unknown): readonly KojiFinding[] {
  if (!allowed) return [withoutMacros(what, name)];
  const patterns = typeof allowed === 'string' ? allowed.split(/\s+/) : allowed;
  if (!Array.isArray(patterns) || patterns.some((one) => globMatches(String(one), 'dist'))) return [];
  const says = `side tags of ${name} may not have the RPM macro dist: \`nvr: dist\` would be refused`;
  return [note(what, says, `add it: koji edit-tag ${name} -x "sidetag_rpm_macros_allowed=[…, 'dist']"`)];
}

function withoutMacros(what: string, name: string): KojiFinding {
  const says = `side tags of ${name} may have no RPM macros: bootstrap passes of knots would fail`;
  return note(
    what,
    says,
    `koji edit-tag ${name} -x "sidetag_rpm_macros_allowed=['_with_bootstrap', 'dist']" (=True on older hubs)`,
  );
}
