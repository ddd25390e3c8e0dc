import type { BuildTarget } from '@millrace/contracts';
import type { Lack } from '../build-system';
import type { KojiParts } from './settings';

/** Whether the target and the tag that a definition names are there. The hub takes any text, and fails much later. */
export async function lacking({ hub, options }: KojiParts, { target, tag }: BuildTarget): Promise<readonly Lack[]> {
  if (target === '') {
    const text = `it names no target in ${options.name}`;
    return [{ key: 'target', text, remedy: 'name the build target, e.g. target: f43-candidate' }];
  }
  const [found, base] = await Promise.all([hub.getBuildTarget(target), tag === '' ? null : hub.getTag(tag)]);
  return [
    ...(found ? [] : [{ key: 'target', ...absent(options.name, 'build target', target, 'add-target') }]),
    ...(tag === '' || base ? [] : [{ key: 'tag', ...absent(options.name, 'tag', tag, 'add-tag') }]),
  ];
}

function absent(hub: string, what: string, name: string, command: string): Omit<Lack, 'key'> {
  return { text: `${hub} has no ${what} '${name}'`, remedy: `correct it, or: koji ${command} ${name}` };
}
