/** What a plan is foreseen to take. */
export interface Cost {
  /** Milliseconds of builders. */
  readonly work: number;
  /** Bytes of its results; null: no build has told how large one is. */
  readonly disk: number | null;
}
