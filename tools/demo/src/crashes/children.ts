import type { Child } from '@millrace/supervisor';
import { broken } from '@millrace/testing/stories';
import type { World } from '../world';

export function childOf(world: World, name: string): Child {
  const child = world.children.find((one) => one.name === name);
  if (child) return child;
  throw broken(`there is no ${name} to kill`);
}

/** `kill -9`. */
export function kill(child: Child): void {
  const pid = child.pid();
  if (pid === null) throw broken(`${child.name} is dead already`);
  process.kill(pid, 'SIGKILL');
}
