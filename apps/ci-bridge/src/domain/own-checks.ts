import { digestOf } from '@millrace/kernel';
import { crop } from './bounds';
import type { ResultDraft, VerdictWanted } from './input';

type Check = NonNullable<VerdictWanted['checks']>[number];

/** One of the build side's own checks takes the same road as any CI's result; told twice it is one. */
export function draftOfCheck(
  { subject, build, release }: Pick<VerdictWanted, 'subject' | 'build' | 'release'>,
  { test, outcome, note }: Check,
): ResultDraft {
  return {
    source: `check:${digestOf({ release, build, test, outcome, note })}`,
    testcase: { name: test },
    outcome,
    ref_url: null,
    note: note === '' ? null : crop(note),
    groups: [],
    data: {
      item: [subject.id, ...subject.aliases.filter((alias) => alias !== subject.id)],
      type: [subject.type],
      build: [build],
      ci_name: ['millrace-scheduler'],
    },
    submit_time: null,
    occurred: null,
    release,
  };
}

export function draftsOfChecks(wanted: VerdictWanted): readonly ResultDraft[] {
  return (wanted.checks ?? []).map((check) => draftOfCheck(wanted, check));
}
