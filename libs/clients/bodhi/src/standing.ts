import type { Update } from './schema';

/** `shipped`: people have it. `withdrawn`: it will not get there as it is. */
export type Standing = 'on-its-way' | 'shipped' | 'withdrawn';

export function standingOf({ status }: Pick<Update, 'status'>): Standing {
  if (status === 'stable') return 'shipped';
  return status === 'unpushed' || status === 'obsolete' || status === 'side_tag_expired' ? 'withdrawn' : 'on-its-way';
}

export interface GateAnswer {
  readonly decision: 'passed' | 'failed' | 'pending' | 'unknown';
  readonly because: string;
}

/** The verdict of its gate. A server without a gate says nothing, and holds nothing back. */
export function gateOf({ alias, test_gating_status: said }: Pick<Update, 'alias' | 'test_gating_status'>): GateAnswer {
  switch (said) {
    case undefined:
    case null:
      return { decision: 'passed', because: `${alias} has no gate` };
    case 'passed':
      return { decision: 'passed', because: `the gate of ${alias} has passed` };
    case 'ignored':
      return { decision: 'passed', because: `the gate of ${alias} requires no tests` };
    case 'failed':
      return { decision: 'failed', because: `the gate of ${alias} has failed` };
    case 'greenwave_failed':
      return { decision: 'unknown', because: `Bodhi could not ask the gate of ${alias}` };
    case 'waiting':
    case 'queued':
    case 'running':
      return { decision: 'pending', because: `the gate of ${alias} is ${said}` };
  }
}
