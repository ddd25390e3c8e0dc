import { genericSubjectType, type RemoteRule } from '@millrace/gate-policy';
import { RemoteRules } from './remote-rules';

const subject = { type: genericSubjectType('koji_build'), item: 'stone-1.0-1' };

it('asks no address inside, says why, and leaves a line for whoever audits', async () => {
  const lines: object[] = [];
  const templates = { '*': ['http://169.254.169.254/{subject_id}'] };
  const rules = new RemoteRules({ templates, private: false, audit: (fields) => lines.push(fields) });
  const rule: RemoteRule = { kind: 'RemoteRule', sources: [], required: true };
  const because = 'the address 169.254.169.254 leads into a private network';
  expect(await rules.fileOf(rule, subject)).toMatchObject({ kind: 'unfetched', error: because });
  expect(lines).toEqual([{ subject: 'stone-1.0-1', because }]);
});
