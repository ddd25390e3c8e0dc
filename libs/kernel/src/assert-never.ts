/** Closes an exhaustive `switch`: the compiler refuses a call that can be reached. */
export function assertNever(value: never): never {
  throw new Error(`a case that the compiler excludes was reached: ${JSON.stringify(value)}`);
}
