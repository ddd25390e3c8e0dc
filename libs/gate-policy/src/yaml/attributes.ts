import { moment, type Moment } from '@millrace/kernel';
import { NotReadable, type Member, type Written } from './tagged-documents';

/** How an attribute's value is read; it throws what is wrong with the value alone. */
export type Read<Value> = (node: Written) => Value;

/** The attributes of one written object, read by name; everything that is wrong is said as Greenwave says it. */
export class Attributes {
  private readonly members: ReadonlyMap<string, Member>;

  constructor(
    private readonly node: Extract<Written, { kind: 'map' }>,
    /** What the object is called in messages; it may be known only once its id has been read. */
    private readonly label: () => string,
  ) {
    this.members = new Map(node.members.map((member) => [member.key, member]));
  }

  required<Value>(name: string, read: Read<Value>): Value {
    const member = this.members.get(name);
    if (member) return this.read(member, read);
    throw new NotReadable(`${this.label()}: Attribute ${quoted(name)} is required`, this.node.line);
  }

  optional<Value, Default>(name: string, read: Read<Value>, otherwise: Default): Value | Default {
    const member = this.members.get(name);
    return member ? this.read(member, read) : otherwise;
  }

  /** Keys that are none of these. */
  others(known: readonly string[]): readonly Member[] {
    return [...this.members.values()].filter(({ key }) => !known.includes(key));
  }

  refuse(message: string): never {
    throw new NotReadable(`${this.label()}: ${message}`, this.node.line);
  }

  private read<Value>(member: Member, read: Read<Value>): Value {
    try {
      return read(member.value);
    } catch (thrown) {
      if (!(thrown instanceof NotReadable)) throw thrown;
      throw new NotReadable(`${this.label()}: Attribute ${quoted(member.key)}: ${thrown.message}`, thrown.line);
    }
  }
}

export function asText(node: Written): string {
  if (node.kind === 'text') return bounded(node.text, node.line);
  throw new NotReadable(
    `expected a scalar node, but found ${node.kind === 'list' ? 'sequence' : 'mapping'}`,
    node.line,
  );
}

/** YAML 1.1's words, as Greenwave's reader knows them. */
export function asBoolean(node: Written): boolean {
  const word = asText(node).toLowerCase();
  if (['true', 'yes', 'on'].includes(word)) return true;
  if (['false', 'no', 'off'].includes(word)) return false;
  throw new NotReadable(`Expected a boolean value, got: ${asText(node)}`, node.line);
}

export function asMoment(node: Written): Moment {
  const given = parseMoment(asText(node));
  if (given !== null) return given;
  throw new NotReadable(`Could not parse string as date/time, got: ${asText(node)}`, node.line);
}

/** A date, or a date and time; without a zone it is UTC. Null when it is neither. */
export function parseMoment(text: string): Moment | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(
    text.trim(),
  );
  if (!match) return null;
  const [, day, time = '00:00', zone = 'Z'] = match;
  const ms = Date.parse(`${day}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2').toUpperCase()}`);
  return Number.isNaN(ms) ? null : moment(ms);
}

const noText = /^(~|null|true|false|yes|no|on|off|[-+]?(\d[\d_]*)?\.?\d[\d_]*)$/i;
const mostItems = 5000;

export function asTexts(node: Written): readonly string[] {
  return itemsOf(node).map((item) => {
    const isText = item.kind === 'text' && !(item.plain && (noText.test(item.text) || item.text === ''));
    if (!isText) throw new NotReadable('Expected list of str objects', item.line);
    return bounded(item.text, item.line);
  });
}

export function itemsOf(node: Written): readonly Written[] {
  if (node.kind !== 'list') throw new NotReadable('expected a sequence node', node.line);
  if (node.items.length > mostItems) throw new NotReadable(`has more than ${mostItems} items`, node.line);
  return node.items;
}

/** As Python writes a string in its messages. */
export function quoted(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replace(/'/g, "\\'")}'`;
}

function bounded(text: string, line: number): string {
  if (text.length <= 2048) return text;
  throw new NotReadable('is longer than 2048 characters', line);
}
