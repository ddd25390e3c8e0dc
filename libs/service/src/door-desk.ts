import type { Door } from '@millrace/contracts';
import type { Engine, TypedInput } from '@millrace/engine';
import { AppError, type Refusal } from '@millrace/kernel';
import type { Tables } from '@millrace/store';
import { uuidv7 } from 'uuidv7';
import type { BoundDoor, Caller } from './definition';
import { authorize, type Tokens } from './tokens';
import { WrittenAnswer } from './written-answer';

/** A request through any door, before it is checked. */
export interface Knock {
  readonly request: unknown;
  readonly token: string | null;
  readonly idempotencyKey: string | null;
}

/** Answers doors, whether they were opened over HTTP or NATS: authorizes, validates, decides or reads, and replies. */
export class DoorDesk<Input extends TypedInput> {
  constructor(
    private readonly engine: Engine<Tables, Input>,
    private readonly tokens: Tokens,
    /** Off loopback, questions need a token too. */
    private readonly openReads: boolean,
  ) {}

  async open(bound: BoundDoor<Input>, knock: Knock): Promise<unknown> {
    const { door } = bound;
    const needed = door.role ?? (this.openReads ? null : 'read');
    const caller = authorize(this.tokens.whose(knock.token), needed, `'${door.name}'`);
    const parsed = door.request.safeParse(knock.request ?? {});
    if (!parsed.success) throw malformed(door, parsed.error.issues);
    if ('answer' in bound) {
      const answer = await bound.answer(parsed.data as never, caller);
      return answer instanceof WrittenAnswer ? answer : door.reply.parse(answer);
    }
    const input = await bound.toInput(parsed.data as never, caller);
    return door.reply.parse(await this.decide(door, input, caller, knock.idempotencyKey));
  }

  private async decide(door: Door, input: Input, caller: Caller, key: string | null): Promise<unknown> {
    const source = `door/${door.name}/${caller.name}`;
    const taken = await this.engine.take(input, { id: key ?? uuidv7(), source, who: caller.name });
    switch (taken.status) {
      case 'decided':
      case 'duplicate':
        return taken.reply;
      case 'refused':
        throw refusalError(taken.refusal);
      case 'parked':
        throw new AppError({
          code: 'not-known-yet',
          kind: 'conflict',
          message: `'${door.name}' waits until ${taken.until} is known; it is kept and done then`,
          remedy: 'look again in a moment',
        });
    }
  }
}

export function refusalError(refusal: Refusal): AppError {
  return new AppError({ code: refusal.code, kind: refusal.kind, message: refusal.because, remedy: refusal.remedy });
}

function malformed(
  door: Door,
  issues: readonly { readonly path: PropertyKey[]; readonly message: string }[],
): AppError {
  const list = issues
    .slice(0, 20)
    .map((issue) => `${issue.path.map(String).join('.') || 'the request'}: ${issue.message}`);
  return new AppError({
    code: 'request-malformed',
    kind: 'invalid',
    message: `'${door.name}' was asked with a wrong request: ${list.join('; ')}`,
    remedy: 'see /openapi.json for what it takes',
  });
}
