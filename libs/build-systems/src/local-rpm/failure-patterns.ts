import type { FailureClass } from './build-stop';

export interface FailurePattern {
  readonly failureClass: FailureClass;
  /** Stages whose logs it is looked for in. */
  readonly stages: readonly string[];
  readonly pattern: RegExp;
}

/** The first that matches a line of the stage's log gives the class. */
export const failurePatterns: readonly FailurePattern[] = [
  {
    failureClass: 'infrastructure',
    stages: ['source', 'srpm', 'root', 'build', 'repository', 'module', 'image'],
    pattern:
      /No space left on device|Disk quota exceeded|Input\/output error|Read-only file system \(os error|bwrap: (Can't|No permissions|Creating new namespace)/,
  },
  {
    failureClass: 'limits',
    stages: ['source', 'srpm', 'root', 'build', 'repository', 'module', 'image'],
    pattern:
      /File size limit exceeded|File too large|virtual memory exhausted|Cannot allocate memory|MemoryError|Cannot fork|fork: (retry: )?Resource temporarily unavailable/,
  },
  {
    failureClass: 'dependencies',
    stages: ['root', 'build', 'image'],
    pattern:
      /nothing provides|No match for argument|No matching package|Unable to find a match|none of the providers can be installed|cannot install both|conflicting requests|Failed build dependencies/,
  },
  {
    failureClass: 'dependencies',
    stages: ['root', 'image'],
    pattern:
      /^Error: (Transaction|Unpacking)|scriptlet failed|Error unpacking|conflicts (with|between)|file .* conflicts/,
  },
  { failureClass: 'test', stages: ['build'], pattern: /Bad exit status from .* \(%check\)/ },
  { failureClass: 'source', stages: ['build'], pattern: /Bad exit status from .* \(%prep\)/ },
  { failureClass: 'compile', stages: ['build'], pattern: /Bad exit status from .* \(%\w+\)/ },
  {
    failureClass: 'compile',
    stages: ['build'],
    pattern: /File not found|Installed \(but unpackaged\) file|Directory not found|Duplicate build-ids/,
  },
];

/** A stage's class when no pattern matches. */
export const classOfStage: Readonly<Record<string, FailureClass>> = {
  source: 'source',
  srpm: 'source',
  root: 'dependencies',
  build: 'compile',
  module: 'dependencies',
  image: 'source',
};

/** Lines that name an error, the most telling kind first. */
export const errorLines: readonly RegExp[] = [
  /No space left on device|Disk quota exceeded|File size limit exceeded|Cannot fork|Cannot allocate memory|MemoryError/,
  /(nothing provides|No match for argument|No matching package|Unable to find a match).*/,
  /:\d+:(\d+:)? (fatal )?error: /,
  /undefined reference to|cannot find -l|ld returned/,
  /assert|FAIL(ED|URE)?\b|not ok\b|mismatch/i,
  /^\w*(Error|Exception)\b(:|$)/,
  /is needed by|Installed \(but unpackaged\)|File not found|No space left on device|conflicts with/,
  /^error: (?!Bad exit status)|: error: |^Error: |^fatal: |^tar: |^bwrap: /,
  /\*\*\*|command not found|No such file or directory|Permission denied/,
  /^\s*(error|ERROR)\b/,
];

/** Lines that say only that something failed. */
export const emptyErrors =
  /^Error: *$|^error: Failed build dependencies|^Error: Problem: conflicting requests|Bad exit status|^RPM build (errors|warnings)|Could not canonicalize hostname/;
