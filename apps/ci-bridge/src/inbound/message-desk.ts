import { z } from 'zod';
import { isCiTopic, mapCiMessage } from './ci-message/map';
import { takeIn, type IntakeParts, type Taken } from './intake';
import { takeOver } from './resultsdb/take-over';

const remedy = 'correct the sender, and replay it; or drop it';

const told = z.object({ topic: z.string(), body: z.unknown(), publisher: z.string().nullable().default(null) });
export type ToldMessage = z.infer<typeof told>;

/** Takes messages of fedora-messaging, of the Unified Message Bus, and of others' NATS. */
export class MessageDesk {
  constructor(private readonly parts: IntakeParts) {}

  /** Takes CI messages, and what another ResultsDB says about new results; everything else is left alone. */
  async take(source: string, { topic, body, publisher }: ToldMessage): Promise<Taken> {
    if (/(^|\.)resultsdb\.result\.new$/.test(topic)) return takeOver(this.parts, source, body);
    if (!isCiTopic(topic))
      return { status: 'ignored', because: `messages on ${topic.slice(0, 200)} are of no interest` };
    const origin = `bus/${source}`;
    const content = JSON.stringify({ topic, body, publisher });
    return takeIn(this.parts, { origin, who: publisher ?? origin, content, what: 'CI message', remedy }, () => {
      const input = mapCiMessage({ topic, body }, null, publisher);
      if (input.type === 'result-unmappable') return Promise.resolve(input.refusal);
      return Promise.resolve(input.type === 'result-reported' ? [input.draft] : []);
    });
  }

  /** Hands over once more what was quarantined; null when it came another way. */
  replay(letter: { readonly origin: string; readonly content: string }): Promise<Taken> | null {
    const source = /^bus\/(.+)$/.exec(letter.origin)?.[1];
    return source === undefined ? null : this.take(source, told.parse(JSON.parse(letter.content)));
  }
}
