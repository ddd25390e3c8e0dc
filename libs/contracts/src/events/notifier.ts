import { z } from 'zod';
import { releaseName } from '../common';
import { defineEvent } from '../define-event';

const notice = z.object({
  notice: z.string(),
  release: releaseName.nullable(),
  person: z.string(),
  way: z.enum(['mail']),
  about: z.string(),
  subject_line: z.string(),
  components: z.array(z.string()),
});
const example = {
  notice: 'n-1',
  release: 'minidistro',
  person: 'ada',
  way: 'mail' as const,
  about: 'c-1/rpm/libmill/1.1',
  subject_line: '[minidistro] libmill failed to build',
  components: ['rpm/libmill'],
};

export const noticeDelivered = defineEvent({
  owner: 'notifier',
  entity: 'notice',
  happened: 'delivered',
  about: 'A notice was accepted by the receiving side (mail: by the SMTP server).',
  data: notice.extend({ message_id: z.string() }),
  summary: (d) => `${d.person} was told by ${d.way}: ${d.subject_line}`,
  link: (d) => `/api/v1/notices/${encodeURIComponent(d.notice)}`,
  concerns: (d) => ({ components: d.components, people: [d.person], severity: 'debug' }),
  example: { release: 'minidistro', subject: 'n-1', data: { ...example, message_id: '<n-1@millrace.localhost>' } },
});

export const noticeFailed = defineEvent({
  owner: 'notifier',
  entity: 'notice',
  happened: 'failed',
  about: 'A notice could not be delivered, and no further try is made.',
  data: notice.extend({ because: z.string().max(1000) }),
  summary: (d) => `${d.person} could not be told by ${d.way}: ${d.because}`,
  link: (d) => `/api/v1/notices/${encodeURIComponent(d.notice)}`,
  concerns: (d) => ({ components: d.components, people: [d.person], severity: 'debug' }),
  example: { release: 'minidistro', subject: 'n-1', data: { ...example, because: 'the server refused the address' } },
});
