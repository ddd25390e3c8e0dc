import { refuse, type Refusal } from '@millrace/kernel';
import { z } from 'zod';
import type { Asked, Webhook } from './adapter';
import { draftsOf } from './drafts';
import { takeIn, type IntakeParts, type Taken } from './intake';
import { isProven, type Proven } from './proof';
import type { ConfiguredWebhook } from './webhooks';

/** Kept of the headers: what tells one event from another. */
const toldApart = /^(content-type|ce-type|x-[a-z]+-event)$/;
const remedy = 'correct the sender or the mapping, and replay it';

const kept = z.object({
  headers: z.record(z.string(), z.string()),
  body: z.unknown(),
  asked: z.object({ item: z.string().optional(), type: z.string().optional(), testcase: z.string().optional() }),
});

/** Code of what is no JSON object. */
export const unreadable = 'webhook-unreadable';

function notRead(what: string): Refusal {
  return refuse(unreadable, `Bad request: the body of this ${what} is no JSON object`, remedy);
}

export interface Knock extends Proven {
  readonly asked: Asked;
}

/** Takes webhooks: proven, mapped, handed over. */
export class WebhookDesk {
  constructor(
    private readonly parts: IntakeParts,
    private readonly hooks: ReadonlyMap<string, ConfiguredWebhook>,
  ) {}

  /** null: nobody set up such a webhook. False: whoever sent it does not have the secret. */
  async receive(name: string, knock: Knock): Promise<Taken | null | false> {
    const hook = this.hooks.get(name);
    if (!hook) return null;
    if (!isProven(hook.proof, hook.secret, knock)) return false;
    // A signature covers the body alone: the address of a signed message says nothing.
    const asked = hook.proof.kind === 'token' ? knock.asked : {};
    return this.take(hook, await hook.complete({ headers: knock.headers, body: knock.body, asked }));
  }

  /** Hands over once more what was quarantined; null when it is no webhook's. */
  async replay(letter: { readonly origin: string; readonly content: string }): Promise<Taken | null> {
    const hook = this.hooks.get(/^webhook\/(.+)$/.exec(letter.origin)?.[1] ?? '');
    if (!hook) return null;
    return this.take(hook, kept.parse(JSON.parse(letter.content)) as Webhook);
  }

  private take(hook: ConfiguredWebhook, { headers, body, asked }: Webhook): Promise<Taken> {
    const origin = `webhook/${hook.name}`;
    const telling = Object.fromEntries(Object.entries(headers).filter(([name]) => toldApart.test(name)));
    const content = JSON.stringify({ headers: telling, body, asked });
    const letter = { origin, who: origin, content, what: `${hook.adapter.name} webhook`, remedy };
    return takeIn(this.parts, letter, async () => {
      if (typeof body !== 'object' || body === null) return notRead(letter.what);
      const mapped = await hook.adapter.map({ headers, body, asked });
      return 'ignored' in mapped ? mapped : draftsOf(`webhook:${hook.name}`, mapped.found, this.parts.outcomes);
    });
  }
}
