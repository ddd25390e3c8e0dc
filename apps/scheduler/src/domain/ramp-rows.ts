/** The first builds of a cascade are canaries: more start when those have ended, and it holds when too many are lost. */
export interface Ramp {
  /** Rebuilds that may be between start and validation at one time; null: no bound. */
  readonly allowed: number | null;
  readonly ends: number;
  /** Of the ends: failures of what was well before. */
  readonly losses: number;
  /** A person has seen the losses and let it go on. */
  readonly accepted: boolean;
}
