import { sha256 } from '@millrace/kernel';
import type { Order, Place } from '../build-system';
import { buildOfRef } from './build-of';
import { changePlace } from './place-book';
import { knownTarget, releaseOf } from './releases';
import type { KojiParts } from './settings';
import { hasDist, setBootstrapMacros, setMacros } from './side-tag-macros';
import { standingSideTag } from './side-tags';
import { putInto } from './tagging';

/**
 * A side tag for one build, beside the cascade's: for a bootstrap pass, whose macros nobody else may have, for a member of
 * a knot, which sees candidates before they are admitted, and for a `%dist` of its own. It holds what the build needs.
 * null: not needed.
 */
export async function tagBeside(parts: KojiParts, key: string, order: Order, place: Place): Promise<string | null> {
  const plain = Object.keys(order.macros).length === 0 && order.siblings.length === 0;
  if (plain && (order.dist === undefined || (await hasDist(parts, place, order.dist)))) return null;
  const macros = Object.entries({ ...order.macros, ...(order.dist === undefined ? {} : { dist: order.dist }) });
  const { target } = await releaseOf(parts, order.release);
  const { build_tag_name: base } = await knownTarget(parts, target);
  const name = `${order.release} ${order.cascade} ${sha256(JSON.stringify([key, macros])).slice(0, 16)}`;
  const tag = await standingSideTag(parts, name, base);
  await changePlace(parts, place, (opened) => ({ ...opened, beside: [...new Set([...opened.beside, tag])] }));
  if (order.bootstrap) await setBootstrapMacros(parts, tag, order.macros, order.dist);
  else if (macros.length > 0) await setMacros(parts, tag, Object.fromEntries(macros));
  for (const ref of new Set([...order.needs, ...order.siblings])) {
    const build = await buildOfRef(parts, ref);
    if (build?.state === 'COMPLETE') await putInto(parts, build.build_id, tag);
  }
  return tag;
}
