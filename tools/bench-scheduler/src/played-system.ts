import type { BuildStatus, BuildSystem, Order, Place } from '@millrace/build-systems';
import type { Contents, Evidence } from '@millrace/contracts';

/** The part of a played build system that is alike everywhere: places and repositories that cost nothing. */
export abstract class PlayedSystem implements BuildSystem {
  readonly name = 'local-rpm';
  private number = 1;

  constructor(private readonly capacity: number) {}

  abstract find(key: string): Promise<string | null>;
  abstract submit(key: string, order: Order, place: Place): Promise<string>;
  abstract look(refs: readonly string[]): Promise<readonly BuildStatus[]>;
  abstract contents(ref: string): Promise<Contents>;
  abstract evidence(ref: string): Promise<Evidence>;

  open(release: string, cascade: string | null): Promise<Place> {
    return Promise.resolve({ id: cascade ?? 'base', release, cascade });
  }
  admit(_: string, place: Place) {
    return Promise.resolve({ number: ++this.number, repository: `file:///played/${place.id}/${this.number}` });
  }
  promote(): Promise<void> {
    return Promise.resolve();
  }
  seen() {
    return Promise.resolve({ builds: [], cursor: '' });
  }
  cancel(): Promise<void> {
    return Promise.resolve();
  }
  close(place: Place) {
    return Promise.resolve({ number: ++this.number, repository: `file:///played/${place.id}` });
  }
  repository(_: string, cascade: string | null) {
    return Promise.resolve({ number: this.number, repository: `file:///played/${cascade ?? 'base'}/${this.number}` });
  }
  limits() {
    return Promise.resolve({ capacity: this.capacity });
  }
}
