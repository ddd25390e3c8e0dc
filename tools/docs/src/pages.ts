import { doorsOf, doorSubject, eventFilter, eventType, streamName, type EventContract } from '@millrace/contracts';
import { z } from 'zod';
import type { Wiring } from './wiring';

const note = '<!-- Made by `npm run docs` from the contracts and the wirings. Do not edit. -->\n';

/** The list of events: who says each, who hears it, where to subscribe. */
export function eventsPage(contracts: readonly EventContract[], wirings: readonly Wiring[]): string {
  const sections = contracts.map((contract) => {
    const type = eventType(contract);
    const hearers = wirings.filter(({ hears }) => hears.some((event) => eventType(event) === type));
    return [
      `## ${type}`,
      contract.about,
      [
        `- said by: ${contract.owner === 'inlet' ? 'other teams' : contract.owner}`,
        `- heard by: ${hearers.map(({ app }) => app).join(', ') || 'whoever wants to know'}`,
        `- stream \`${streamName(contract.owner)}\`, subjects \`${eventFilter(contract)}\``,
        `- in words: ${contract.summary(contract.example.data)}`,
        `- [schema](../../libs/contracts/golden/${type}.schema.json), [example](../../libs/contracts/golden/${type}.example.json)`,
      ].join('\n'),
    ].join('\n\n');
  });
  return [note + '# Events', ...sections].join('\n\n') + '\n';
}

/** The list of questions and commands of every service. */
export function doorsPage(wirings: readonly Wiring[]): string {
  const sections = wirings.map(({ app }) =>
    [
      `## ${app}`,
      '| door | HTTP | NATS | token | what |\n| --- | --- | --- | --- | --- |\n' +
        doorsOf(app)
          .map((door) => [
            door.name,
            `\`${door.http.method} ${door.http.path}\``,
            `\`${doorSubject(door)}\``,
            door.role ?? '-',
            cell(door.about),
          ])
          .map((cells) => `| ${cells.join(' | ')} |`)
          .join('\n'),
    ].join('\n\n'),
  );
  const intro =
    'A question (`ask`) changes nothing; a command (`do`) needs a token with at least the named role ' +
    '(read, maintainer, releng, admin) and is answered after its commit.';
  return [note + '# Doors', intro, ...sections].join('\n\n') + '\n';
}

/** Who says what to whom, as a picture. */
export function flowPage(contracts: readonly EventContract[], wirings: readonly Wiring[]): string {
  const lines = wirings.flatMap(({ app, hears }) => {
    const byOwner = new Map<string, string[]>();
    for (const event of hears) {
      const known = byOwner.get(event.owner) ?? [];
      byOwner.set(event.owner, [...known, `${event.entity}.${event.happened}`]);
    }
    return [...byOwner].sort().map(([owner, names]) => arrow(owner, app, names.sort(), contracts));
  });
  const nodes = ['inlet', ...wirings.map(({ app }) => app)].map((name) => `  ${node(name)}["${name}"]`);
  return (
    [note + '# Flow of events', ['```mermaid', 'flowchart LR', ...nodes, ...lines, '```'].join('\n')].join('\n\n') +
    '\n'
  );
}

/** Every setting of every service. */
export function configPage(wirings: readonly Wiring[]): string {
  const sections = wirings.map(({ app, config }) => {
    const schema = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as {
      properties?: Record<
        string,
        { type?: string | string[]; enum?: string[]; default?: unknown; description?: string }
      >;
      required?: string[];
    };
    const rows = Object.entries(schema.properties ?? {}).map(([key, of]) => {
      const standard = of.default === undefined ? '-' : `\`${JSON.stringify(of.default)}\``;
      const kind = of.enum ? of.enum.join(', ') : [of.type ?? 'text'].flat().join(' or ');
      return `| \`${key}\` | \`${variable(app, key)}\` | ${kind} | ${standard} | ${cell(of.description ?? '')} |`;
    });
    const table = ['| key | variable | kind | default | what |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
    return [`## ${app}`, rows.length === 0 ? 'None of its own.' : table].join('\n\n');
  });
  const intro =
    'Each service reads its section of `millrace.yaml` (named by MILLRACE_CONFIG), and over it the variables below. ' +
    'What all services have in common is described in the [runbook](../runbook.md#settings).';
  return [note + '# Settings', intro, ...sections].join('\n\n') + '\n';
}

function arrow(owner: string, app: string, names: readonly string[], all: readonly EventContract[]): string {
  const ofOwner = all.filter((event) => event.owner === owner).length;
  const label = names.length === ofOwner && ofOwner > 3 ? 'all events' : names.join('<br/>');
  return `  ${node(owner)} -->|"${label}"| ${node(app)}`;
}

function node(name: string): string {
  return name.replace(/-/g, '_');
}

function variable(app: string, key: string): string {
  const words = (text: string): string =>
    text
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .replace(/-/g, '_')
      .toUpperCase();
  return `MILLRACE_${words(app)}_${words(key)}`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\|/g, '\\|');
}
