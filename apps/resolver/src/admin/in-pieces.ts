import { WrittenAnswer } from '@millrace/service';

/** Items of a list that are written at once. */
const step = 500;

/** From how many items on an answer is written while it is sent. */
const long = 2000;

/** An answer with a long list in it as JSON that is made while it is sent; a short one as it is. */
export function inPieces<Reply extends object>(reply: Reply): Reply | WrittenAnswer {
  return hasLongList(reply) ? new WrittenAnswer(piecesOf(reply)) : reply;
}

function hasLongList(value: object): boolean {
  if (Array.isArray(value)) return value.length > long;
  return Object.values(value).some((one) => isObject(one) && hasLongList(one));
}

function* piecesOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) yield* listOf(value as readonly unknown[]);
  else if (isObject(value)) yield* membersOf(value);
  else yield JSON.stringify(value);
}

function* membersOf(value: object): Generator<string> {
  let before = '{';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* piecesOf(member);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

function* listOf(list: readonly unknown[]): Generator<string> {
  for (let at = 0; at < list.length; at += step) {
    yield `${at === 0 ? '[' : ','}${JSON.stringify(list.slice(at, at + step)).slice(1, -1)}`;
  }
  yield list.length === 0 ? '[]' : ']';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
