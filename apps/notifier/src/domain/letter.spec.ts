import { rebuildFailed, rebuildRejected, type EventContract, type Envelope } from '@millrace/contracts';
import { happeningOf } from '../inbound/happening';
import { letterOf } from './letter';
import type { Happening } from './state';

function happening<Data>(contract: EventContract<Data>, changes: Partial<Data> = {}): Happening {
  const { release, subject, data } = contract.example;
  const envelope = { release, subject, revision: 1, id: 'm-1', data: { ...data, ...changes } } as unknown as Envelope;
  const input = happeningOf(contract as unknown as EventContract, envelope);
  if (input?.type !== 'happened') throw new Error('nobody is told of it');
  return input.happening;
}

test('a letter about a failure holds all that its reader needs', () => {
  const { subject, text, headers } = letterOf(happening(rebuildFailed), 'you look after rpm/libmill');
  expect(subject).toBe(
    "[minidistro] rpm/libmill failed to build: mill.c:12: error: implicit declaration of function 'stone_grind'",
  );
  expect(headers).toEqual({
    'X-Millrace-Release': 'minidistro',
    'X-Millrace-Component': 'rpm/libmill',
    'X-Millrace-Cascade': 'c-1',
    'X-Millrace-Event': 'millrace.scheduler.rebuild.failed.v1',
    'Auto-Submitted': 'auto-generated',
    Precedence: 'bulk',
  });
  expect(text.split('\n')).toEqual([
    "rpm/libmill failed to build: mill.c:12: error: implicit declaration of function 'stone_grind'",
    '',
    'Release:   minidistro',
    'Component: rpm/libmill (attempt 1)',
    'Build:     b-2',
    'Cascade:   c-1',
    "Kind:      compile, in the stage 'build'",
    'New:       yes, it could be built before this change',
    '',
    'The end of the log:',
    "    mill.c:12: error: implicit declaration of function 'stone_grind'",
    '',
    'Log build.log: file:///srv/millrace/builds/b-2/logs/build.log',
    '',
    'Waiting for it (1):',
    '    rpm/libsluice',
    '',
    'How to go on:',
    '    millrace build make <your checkout> --release minidistro --cascade c-1',
    '    millrace cascade retry c-1 rpm/libmill',
    '',
    'You get this because you look after rpm/libmill.',
  ]);
});

test('a letter about a rejection names the tests', () => {
  const { text } = letterOf(happening(rebuildRejected), 'you look after rpm/libmill');
  expect(text).toContain('Test millrace.run.functional: failed: exit code 1');
});

test('a long list of who waits is cut, with the whole number', () => {
  const waiting = Array.from({ length: 200 }, (_, n) => `rpm/c${n}`);
  const { text } = letterOf(happening(rebuildFailed, { waiting, waiting_count: 1234 }), 'x');
  expect(text).toContain('Waiting for it (1234):');
  expect(text).toContain('    rpm/c39\n    and 1194 more');
});

test('nothing in a log or a summary can forge a header or act in a terminal', () => {
  const example = rebuildFailed.example.data.evidence;
  const evidence = { ...example, summary: 'x\r\nBcc: all@example.org\u001b[2J', tail: 'a\u001b]0;owned\u0007b\r\nc' };
  const { subject, text } = letterOf(happening(rebuildFailed, { evidence }), 'x');
  expect(subject).toBe('[minidistro] rpm/libmill failed to build: x Bcc: all@example.org [2J');
  expect(text).toContain('    a\ufffd]0;owned\ufffdb\n    c');
  expect(`${subject}${text}`).not.toMatch(/[^\P{Cc}\n]/u);
});

test('letters about one component of one cascade are one thread, others are not', () => {
  const thread = (of: Happening): string => letterOf(of, 'x').thread;
  const first = thread(happening(rebuildFailed));
  expect(thread(happening(rebuildRejected, { attempt: 2 }))).toBe(first);
  expect(thread(happening(rebuildFailed, { component: 'rpm/libbread' }))).not.toBe(first);
  expect(thread(happening(rebuildFailed, { cascade: 'c-2' }))).not.toBe(first);
});
