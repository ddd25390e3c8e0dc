import { AppError, digestOf } from '@millrace/kernel';
import jsonata from 'jsonata';
import { parseDocument } from 'yaml';
import type { Found, Mapped, Webhook, WebhookAdapter } from '../adapter';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { mapping, type Mapping } from './schema';

type Expressions = Readonly<Record<string, jsonata.Expression>>;

/** A webhook of no known kind, read by a mapping file in YAML or JSON; throws when the file is wrong. */
export function genericAdapter(file: string, text: string): WebhookAdapter {
  const rules = readMapping(file, text);
  const { data, ignore, results } = rules;
  const members = Object.fromEntries(
    (['testcase', 'outcome', 'item', 'type', 'key', 'url', 'note', 'time'] as const).flatMap((name) => {
      const expression = rules[name];
      return expression === undefined ? [] : [[name, compile(file, name, expression)]];
    }),
  );
  const further = Object.fromEntries(
    Object.entries(data).map(([name, one]) => [name, compile(file, `data.${name}`, one)]),
  );
  const isIgnored = ignore === undefined ? null : compile(file, 'ignore', ignore);
  const list = results === undefined ? null : compile(file, 'results', results);
  return {
    name: 'generic',
    proof: { kind: 'token', headers: ['x-token'] },
    map: async ({ body }: Webhook): Promise<Mapped> => {
      if (isIgnored && (await evaluate(isIgnored, body, 'ignore')) === true) return { ignored: 'the mapping says so' };
      const of = list ? [await evaluate(list, body, 'results')].flat().filter((one) => one !== undefined) : [body];
      if (of.length === 0) throw wrong(['results'], 'are not in the message where the mapping looks for them');
      return { found: await Promise.all(of.map((one) => foundOf(members, further, rules.outcomes, one))) };
    },
  };
}

function readMapping(file: string, text: string): Mapping {
  const document = parseDocument(text, { maxAliasCount: 0 } as never);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw badMapping(file, problem.message);
  const parsed = mapping.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  throw badMapping(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; '),
  );
}

function compile(file: string, name: string, expression: string): jsonata.Expression {
  try {
    return jsonata(expression);
  } catch (thrown) {
    const { message, position } = thrown as { message?: string; position?: number };
    throw badMapping(file, `${name}, at character ${position ?? 0}: ${message ?? 'is no JSONata'}`);
  }
}

function badMapping(file: string, message: string): AppError {
  return new AppError({
    code: 'mapping-malformed',
    kind: 'invalid',
    message: `the mapping ${file} cannot be used: ${message}`,
    remedy: 'its members are JSONata expressions: see the README of the generic adapter',
  });
}

async function evaluate(expression: jsonata.Expression, input: unknown, member: string): Promise<unknown> {
  try {
    return (await expression.evaluate(input)) as unknown;
  } catch (thrown) {
    throw wrong([member], `cannot be found by the mapping: ${(thrown as { message?: string }).message ?? 'unknown'}`);
  }
}

async function foundOf(
  members: Expressions,
  further: Expressions,
  outcomes: Readonly<Record<string, string>>,
  input: unknown,
): Promise<Found> {
  const valueOf = async (name: string): Promise<unknown> =>
    members[name] ? await evaluate(members[name], input, name) : undefined;
  const text = async (name: string): Promise<string | null> => {
    const value = await valueOf(name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const needed = async (name: string): Promise<string> => {
    const value = await text(name);
    if (value !== null && value !== '') return value;
    throw wrong([name], 'is not in the message where the mapping looks for it');
  };
  const word = await needed('outcome');
  const time = await valueOf('time');
  const data = Object.entries(further).map(
    async ([name, one]) => [name, await evaluate(one, input, `data.${name}`)] as const,
  );
  return {
    key: (await text('key')) ?? digestOf(input),
    testcase: await needed('testcase'),
    outcome: Object.hasOwn(outcomes, word) ? outcomes[word]! : word.toUpperCase(),
    url: await text('url'),
    run: await text('url'),
    note: await text('note'),
    data: { item: await needed('item'), type: await needed('type'), ...Object.fromEntries(await Promise.all(data)) },
    occurred: typeof time === 'string' || typeof time === 'number' ? occurredAt(time) : null,
  };
}
