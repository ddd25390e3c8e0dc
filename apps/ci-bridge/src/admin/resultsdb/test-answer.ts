export interface Answer {
  readonly status: number;
  readonly body: Shown;
}

/** As much of the API's answers as the tests look at. */
export interface Shown {
  readonly id: number;
  readonly data: readonly Shown[];
  readonly testcase: { readonly name: string };
  readonly outcome: string;
  readonly submit_time: string;
  readonly groups: readonly string[];
  readonly uuid: string;
  readonly results_count: number;
  readonly prev: string | null;
  readonly next: string | null;
  readonly message: string;
  readonly validation_error: readonly {
    readonly loc: readonly string[];
    readonly msg: string;
    readonly type: string;
  }[];
  readonly outcomes: readonly string[];
}
