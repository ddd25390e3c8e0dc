import { sha256 } from '@millrace/kernel';
import type { Evidence } from '@millrace/contracts';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildStop, FailureClass } from './build-stop';
import { classOfStage, emptyErrors, errorLines, failurePatterns } from './failure-patterns';
import { fileAddress } from './layout';

const tailBytes = 8 * 1024;
/** Errors stand near a log's end; what is further away is not read. */
const readBytes = 512 * 1024;

/** Why the build stopped, from the stage and its log. */
export async function evidenceOf(folder: string, stop: BuildStop): Promise<Evidence> {
  const logs = join(folder, 'logs');
  const text = await endOf(join(logs, `${stop.stage}.log`));
  const lines = relevantLines(text);
  const failureClass = stop.failureClass ?? classOf(stop.stage, lines);
  const summary = stop.summary ?? firstError(lines) ?? `stage ${stop.stage} failed without a message`;
  return {
    class: failureClass,
    stage: stop.stage,
    summary: summary.trim().slice(0, 1000),
    tail: lastBytes(text, tailBytes),
    logs: await logAddresses(logs),
    signature: signatureOf(failureClass, stop.stage, stop.summary ? [stop.summary] : errorsIn(lines)),
  };
}

async function logAddresses(folder: string): Promise<{ name: string; address: string }[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log')).sort();
  return names.map((name) => ({ name, address: fileAddress(join(folder, name)) }));
}

export type LogReading = Omit<Evidence, 'logs'>;

/** What a log says of a stage that failed; `hint` is what is known better than from the log. */
export function readLog(text: string, stage: string, hint: Pick<Evidence, 'class' | 'summary'> | null): LogReading {
  const lines = relevantLines(text);
  const failureClass = (hint?.class ?? classOf(stage, lines)) as FailureClass;
  const summary = hint?.summary ?? firstError(lines) ?? `stage ${stage} failed without a message`;
  return {
    class: failureClass,
    stage,
    summary: summary.trim().slice(0, 1000),
    tail: lastBytes(text, tailBytes),
    signature: signatureOf(failureClass, stage, hint ? [hint.summary] : errorsIn(lines)),
  };
}

/** Equal causes give equal signatures: what differs from build to build is taken out of the lines. */
export function signatureOf(failureClass: FailureClass, stage: string, lines: readonly string[]): string {
  const normal = lines.map((line) =>
    line
      .replace(/rpm-tmp\.\w+/g, 'rpm-tmp')
      .replace(/0x[0-9a-f]+|\b[0-9a-f]{12,}\b/g, 'HEX')
      .replace(/\.mr\d+/g, '.mr')
      .replace(/\d+/g, 'N')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return `sha256:${sha256([failureClass, stage, ...normal].join('\n'))}`;
}

function classOf(stage: string, lines: readonly string[]): FailureClass {
  const match = failurePatterns.find((p) => p.stages.includes(stage) && lines.some((line) => p.pattern.test(line)));
  return match?.failureClass ?? classOfStage[stage] ?? 'infrastructure';
}

/** Of rpmbuild's log only the section that failed counts: earlier ones succeeded, whatever they printed. */
function relevantLines(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const section = lines.findLastIndex((line) => /^Executing\(%(?!clean|rmbuild)\w+\)/.test(line));
  return section < 0 ? lines : lines.slice(section);
}

function errorsIn(lines: readonly string[]): readonly string[] {
  const telling = lines.filter((line) => !line.startsWith('+ ') && !emptyErrors.test(line));
  const kind = errorLines.find((pattern) => telling.some((line) => pattern.test(line)));
  return kind ? telling.filter((line) => kind.test(line)).slice(0, 10) : [];
}

function firstError(lines: readonly string[]): string | null {
  const [error] = errorsIn(lines);
  if (error) return error;
  const said = lines.filter((line) => line !== '' && !line.startsWith('+ ') && !emptyErrors.test(line));
  return said[said.length - 1] ?? null;
}

async function endOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - readBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The last whole lines that fit. */
function lastBytes(text: string, most: number): string {
  const bytes = Buffer.from(text.trimEnd());
  if (bytes.length <= most) return bytes.toString('utf8');
  const end = bytes.subarray(bytes.length - most);
  return end.subarray(end.indexOf(0x0a) + 1).toString('utf8');
}
