import { AppError } from '@millrace/kernel';

/** Something of a story did not happen as it should. */
export function broken(what: string, remedy = 'look into the logs of the services'): AppError {
  return new AppError({ code: 'story-broken', kind: 'conflict', message: what, remedy });
}

export function expectThat(holds: boolean, problem: string): void {
  if (!holds) throw broken(problem);
}
