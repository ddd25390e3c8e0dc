import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import type { Input } from '../domain/input';
import { isStack } from '../domain/policy';
import type { Repository } from '../domain/state';
import { stepInput, type StepOrder } from './build';
import { releaseNamed, rebuildNamed, type Outside } from './outside';
import { ofSnapshot } from './sensible';
import { repositoryOf, systemFor } from './systems';

interface CompareOrder extends StepOrder {
  readonly scope: 'capability' | 'direct';
  readonly snapshot: string;
  readonly overlay: number;
  readonly contents: string;
}
interface Comparison {
  readonly added: readonly { readonly component: string; readonly because: string }[];
  readonly lost: readonly { readonly dependant: string; readonly requirement: string; readonly kind: string }[];
  readonly unmet?: readonly string[];
}

/** Asks the resolver what a new build takes from those who use it. It may have to catch up with the overlay first. */
export function comparing({ asker }: Outside): WorkKind<CompareOrder, Comparison, Input> {
  return {
    kind: 'build.compare',
    concurrency: 64,
    timeoutMs: 60_000,
    tries: 12,
    // The resolver hears of the builds below in a moment.
    longestPauseMs: 2000,
    run: async ({ release, cascade, component, scope, snapshot, overlay, contents }) => {
      const asked = { release, snapshot, overlay: { cascade, revision: overlay }, component, scope, contents };
      const answer = asker.ask(doors.resolver.compare, asked).then((reply) => ofSnapshot(reply, snapshot));
      const reply = await answer.catch(unlessEnded);
      return { added: reply.added, lost: reply.lost, ...(reply.unmet && { unmet: reply.unmet }) };
    },
    toInput: (order, outcome) =>
      stepInput('compare', order, outcome, (about, comparison) => ({
        type: 'build.compared',
        ...about,
        ...comparison,
      })),
  };
}

/**
 * The cascade has ended as far as the resolver knows: our database was set back to before that. All that a new build took
 * from others was rebuilt then, and has landed with it.
 */
function unlessEnded(thrown: unknown): Comparison {
  if (thrown instanceof AppError && thrown.code === 'overlay-closed') return { added: [], lost: [] };
  throw thrown;
}

/** After the gate: the build goes to where dependants find it. A stack is where its parts are. */
export function admitting({ read, systems }: Outside): WorkKind<StepOrder, Repository, Input> {
  return {
    kind: 'build.admit',
    concurrency: 64,
    timeoutMs: 120_000,
    tries: 8,
    run: async (order) => {
      const release = await releaseNamed(read, order.release);
      const system = systemFor(systems, release, order.component);
      if (isStack(order.component)) return repositoryOf(system, order.release, order.cascade);
      const place = await system.open(order.release, order.cascade);
      const { number, repository } = await system.admit(order.build!, place);
      return { number, address: repository, place: order.cascade };
    },
    toInput: (order, outcome) =>
      stepInput('admit', order, outcome, (about, repository) => ({ type: 'build.admitted', ...about, repository })),
  };
}

interface Assembly {
  readonly parts: readonly { readonly component: string; readonly nvr: string; readonly build: string }[];
  readonly missing: readonly string[];
  readonly repository: Repository;
}

/** Names the validated builds that a stack contains: this cascade's, else the release's. */
export function assembling({ read, systems }: Outside): WorkKind<StepOrder, Assembly, Input> {
  return {
    kind: 'stack.assemble',
    concurrency: 4,
    timeoutMs: 60_000,
    tries: 5,
    run: async (order) => {
      const release = await releaseNamed(read, order.release);
      const rebuild = await rebuildNamed(read, order.rebuild);
      const contained = release.definition.stacks[order.component.slice('stack/'.length)];
      if (!contained) throw stackUnknown(order);
      const own = await read.rebuilds.where({ cascade: rebuild.cascade, component: contained, state: 'validated' });
      const old = await read.validated.getMany(contained.map((one) => `${order.release}/${one}`));
      const final = own.filter((row) => !row.bootstrap);
      const parts = contained.flatMap((component) => {
        const row = final.find((one) => one.component === component) ?? old.find((one) => one.component === component);
        return row?.nvr && row.build ? [{ component, nvr: row.nvr, build: row.build }] : [];
      });
      const there = new Set(parts.map((part) => part.component));
      const system = systemFor(systems, release, order.component);
      const repository = await repositoryOf(system, order.release, order.cascade);
      return { parts, missing: contained.filter((one) => !there.has(one)), repository };
    },
    toInput: (order, outcome) =>
      stepInput('assemble', order, outcome, (about, assembly) => ({ type: 'stack.assembled', ...about, ...assembly })),
  };
}

function stackUnknown(order: StepOrder): AppError {
  return new AppError({
    code: 'stack-unknown',
    kind: 'missing',
    message: `the definition of release ${order.release} has no stack ${order.component}`,
    remedy: 'add it to stacks, or skip it',
  });
}
