import type { BuildStatus, Order } from '@millrace/build-systems';
import { moment } from '@millrace/kernel';
import { PlayedSystem } from './played-system';

/** Of an order only this: what it stands on is thousands of names, which are not the scheduler's memory. */
interface Build {
  readonly key: string;
  readonly order: Pick<Order, 'component' | 'cascade'>;
  readonly startedAt: string;
  endedAt: string | null;
}

/** A build system that takes no time of its own: builds end when the bench says so. It remembers nothing beyond its process. */
export class Builder extends PlayedSystem {
  readonly builds = new Map<string, Build>();
  /** Keys of builds that run, the oldest first. */
  private readonly running = new Set<string>();
  atOnce = false;

  constructor(
    capacity: number,
    private readonly onSubmit: (order: Order) => void,
  ) {
    super(capacity);
  }

  get busy(): number {
    return this.running.size;
  }

  /** Ends the oldest builds. */
  end(count: number): void {
    for (const key of [...this.running].slice(0, count)) this.endOne(key);
  }

  endOf(component: string): void {
    for (const key of this.running) if (this.builds.get(key)!.order.component === component) this.endOne(key);
  }

  private endOne(key: string): void {
    this.running.delete(key);
    this.builds.get(key)!.endedAt = moment(Date.now());
  }

  find(key: string): Promise<string | null> {
    return Promise.resolve(this.builds.has(key) ? key : null);
  }
  submit(key: string, order: Order): Promise<string> {
    if (!this.builds.has(key)) {
      const { component, cascade } = order;
      this.builds.set(key, { key, order: { component, cascade }, startedAt: moment(Date.now()), endedAt: null });
      this.running.add(key);
      this.onSubmit(order);
      if (this.atOnce) this.endOne(key);
    }
    return Promise.resolve(key);
  }
  look(refs: readonly string[]): Promise<readonly BuildStatus[]> {
    return Promise.resolve(refs.map((ref) => this.statusOf(ref)));
  }
  contents(ref: string) {
    const { order } = this.builds.get(ref) ?? { order: { component: componentOf(ref) } };
    const nvr = nvrOf(ref);
    return Promise.resolve({
      component: order.component,
      nvr,
      build: ref,
      packages: [],
      buildRequires: [],
      inputs: [],
    });
  }
  evidence(): Promise<never> {
    return Promise.reject(new Error('nothing fails here'));
  }

  private statusOf(ref: string): BuildStatus {
    // What an earlier process submitted has ended meanwhile.
    const build = this.builds.get(ref);
    const ended = build === undefined || build.endedAt !== null;
    return {
      ref,
      key: ref,
      release: 'bench',
      component: build?.order.component ?? componentOf(ref),
      origin: 'cascade',
      cascade: build?.order.cascade ?? null,
      state: ended ? 'complete' : 'building',
      nvr: nvrOf(ref),
      bootstrap: false,
      startedAt: build?.startedAt ?? moment(Date.now() - 1000),
      endedAt: ended ? (build?.endedAt ?? moment(Date.now())) : null,
      repository: ended ? `file:///bench/candidates/${ref}` : null,
      builtFrom: null,
      submittedBy: null,
      source: null,
    };
  }
}

/** `<cascade>_rpm_<name>_g1p1_a1`: the key of an attempt. */
function componentOf(ref: string): string {
  return `rpm/${ref.split('_')[2] ?? ''}`;
}

function nvrOf(ref: string): string {
  return `${ref.split('_')[2] ?? ref}-1-1`;
}
