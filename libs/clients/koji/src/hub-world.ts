import type { KojiHub } from './hub';
import type { KojiOptions } from './session/options';

/** A hub that the suite may write to, the fake or a real one. */
export interface HubWorld {
  connect(options?: Partial<KojiOptions>): KojiHub;
  /** A build target that exists; side tags are made of its build tag. */
  readonly target: string;
  /** Begins the name of everything that is made. */
  readonly prefix: string;
  destroy(): Promise<void>;
}
