import { sha256 } from '@millrace/kernel';
import type { Happening, Letter } from './state';

const maxSubject = 180;
const maxNames = 40;

/** The mail about a happening for one reader. It says all that is needed to act; nothing must be looked up. */
export function letterOf(happening: Happening, because: string): Letter {
  const { release, facts, concern } = happening;
  const component = facts.component ?? concern.components[0];
  const thread = [release, facts.cascade ?? happening.subject, facts.component ?? ''].join('\n');
  return {
    subject: oneLine(`[${release}] ${happening.summary}`, maxSubject),
    text: textOf(happening, because),
    thread: `t-${sha256(thread).slice(0, 24)}`,
    headers: {
      ...(release ? { 'X-Millrace-Release': oneLine(release, 200) } : {}),
      ...(component ? { 'X-Millrace-Component': oneLine(component, 256) } : {}),
      ...(facts.cascade ? { 'X-Millrace-Cascade': oneLine(facts.cascade, 200) } : {}),
      'X-Millrace-Event': oneLine(happening.event, 200),
      'Auto-Submitted': 'auto-generated',
      Precedence: 'bulk',
    },
    page: happening.link === null ? null : { owner: happening.owner, path: happening.link },
  };
}

function textOf(happening: Happening, because: string): string {
  const { facts } = happening;
  const sections = [
    [oneLine(happening.summary, 1000)],
    factLines(happening),
    (facts.reasons ?? []).map((r) => `Test ${r.test}: ${oneLine(r.text, 1000)}${r.link ? ` <${r.link}>` : ''}`),
    facts.evidence?.tail ? ['The end of the log:', ...indented(facts.evidence.tail)] : [],
    (facts.evidence?.logs ?? []).map((log) => `Log ${log.name}: ${log.address}`),
    names('Failed', facts.failed, facts.failed?.length),
    names('Waiting for it', facts.waiting, facts.waiting_count ?? facts.waiting?.length),
    facts.remedy?.length ? ['How to go on:', ...indented(facts.remedy.join('\n'))] : [],
    [`You get this because ${because}.`],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function factLines({ release, facts }: Happening): readonly string[] {
  const { evidence } = facts;
  const attempt = facts.attempt === undefined ? '' : ` (attempt ${facts.attempt})`;
  const all: readonly (readonly [string, string | null | undefined])[] = [
    ['Release', release],
    ['Component', facts.component && `${facts.component}${attempt}`],
    ['Build', facts.build && [facts.nvr, facts.build].filter(Boolean).join(', ')],
    ['Cascade', facts.cascade],
    ['Kind', evidence && `${evidence.class}, in the stage '${evidence.stage}'`],
    ['New', facts.regression && newness(facts.regression)],
  ];
  return all.flatMap(([name, value]) => (value ? [`${name}:`.padEnd(11) + oneLine(value, 600)] : []));
}

function newness(regression: string): string {
  if (regression === 'yes') return 'yes, it could be built before this change';
  return regression === 'no' ? 'no, it failed before this change too' : 'not known, it was never built before';
}

function names(title: string, components: readonly string[] | undefined, count = 0): readonly string[] {
  if (!components?.length) return [];
  const shown = components.slice(0, maxNames);
  const rest = count - shown.length;
  return [`${title} (${count}):`, ...indented(shown.join('\n')), ...(rest > 0 ? [`    and ${rest} more`] : [])];
}

function indented(text: string): readonly string[] {
  return printable(text)
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`));
}

/** Logs are hostile: escape sequences would act in the reader's terminal. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}

function oneLine(text: string, max: number): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}
