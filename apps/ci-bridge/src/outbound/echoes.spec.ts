import { resultRecorded, verdictDecided, waiverRecorded, type EventContract } from '@millrace/contracts';
import { echoes } from './echoes';

const time = '2026-01-31T09:30:00.123Z';

function heard<Data>(
  contract: EventContract<Data>,
  changes: Partial<Data> = {},
): readonly { readonly subject: string; readonly body: unknown; readonly headers: object }[] {
  const { owner, entity, happened, example } = contract as unknown as Record<
    'owner' | 'entity' | 'happened',
    string
  > & {
    readonly example: { readonly data: Data };
  };
  const data = { ...example.data, ...changes };
  const subject = `millrace.${owner}.${entity}.${happened}.v1.minidistro.rpm`;
  return echoes('id', subject, Buffer.from(JSON.stringify({ id: 'id', time, data })));
}

describe('what others hear of an event', () => {
  it('is a result as resultsdb.result.new has it, with the headers of fedora-messaging', () => {
    const result = { id: 12, outcome: 'PASSED', data: { item: ['a-1-1'] } };
    const [message] = heard(resultRecorded, { result });
    expect(message).toEqual({
      subject: 'resultsdb.result.new',
      body: result,
      headers: {
        fedora_messaging_severity: '20',
        fedora_messaging_schema: 'base.message',
        'sent-at': '2026-01-31T09:30:00+00:00',
        'content-type': 'application/json',
      },
    });
  });

  it('is what there is of a result that is too large for an event', () => {
    expect(heard(resultRecorded)[0]!.body).toMatchObject({
      id: 12,
      testcase: { name: 'millrace.install.functional' },
      data: { item: ['libstone-2.0-1.mr1'], type: ['koji-build'] },
      href: '/resultsdb/api/v2.0/results/12',
    });
  });

  it('is a waiver as waiverdb.waiver.new has it', () => {
    const subject = { type: 'compose', id: 'F-1', aliases: [] };
    const [message] = heard(waiverRecorded, { subject, timestamp: '2026-01-31T09:30:00.000001', scenario: 's' });
    expect(message).toMatchObject({
      subject: 'waiverdb.waiver.new',
      body: {
        ...{ id: 1, subject_type: 'compose', subject_identifier: 'F-1', subject: { 'productmd.compose.id': 'F-1' } },
        ...{ testcase: 'millrace.install.functional', username: 'ada', waived: true, proxied_by: null, scenario: 's' },
        ...{ product_version: 'minidistro-1', timestamp: '2026-01-31T09:30:00.000001' },
      },
    });
  });

  it('is a decision as greenwave.decision.update has it, with its summary and what was before', () => {
    const reason = { text: '', waiver: null, link: null, policies: ['rpms'] };
    const reasons = [
      { ...reason, test: 'a', state: 'passed' as const, result: 1 },
      { ...reason, test: 'b', state: 'failed' as const, result: 2 },
      { ...reason, test: 'c', state: 'waived' as const, result: 3, waiver: 4 },
    ];
    const previous = { decision: 'passed', state: 'passed' } as const;
    const subject = { type: 'koji_build', id: 'a-1-1', aliases: [] };
    const [message] = heard(verdictDecided, { subject, decision: 'failed', state: 'failed', reasons, previous });
    expect(message).toMatchObject({
      subject: 'greenwave.decision.update',
      body: {
        policies_satisfied: false,
        summary: 'Of 3 required tests, 1 test failed',
        satisfied_requirements: [
          { type: 'test-result-passed', testcase: 'a', result_id: 1 },
          { type: 'test-result-failed-waived', testcase: 'c', waiver_id: 4 },
        ],
        unsatisfied_requirements: [{ type: 'test-result-failed', testcase: 'b', subject_identifier: 'a-1-1' }],
        applicable_policies: ['rpms'],
        subject: [{ type: 'koji_build', item: 'a-1-1' }],
        decision_context: 'millrace_rebuild',
        product_version: 'minidistro-1',
        previous: { policies_satisfied: true },
      },
    });
  });

  it('is nothing of a test that begins, nor of any other event', () => {
    expect(heard(verdictDecided, { state: 'running', decision: 'pending' })).toEqual([]);
    expect(echoes('id', 'millrace.ci-bridge.rerun.requested.v1.-.-', Buffer.from('no JSON'))).toEqual([]);
  });
});
