/** An answer of a foreign HTTP API: its clients read `message`, newer ones `validation_error`, so both are sent. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface Problem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function created(body: unknown): Reply {
  return { status: 201, body };
}

export function notFound(message: string): Reply {
  return { status: 404, body: { message } };
}

export function badRequest(message: string): Reply {
  return { status: 400, body: { message } };
}

/** A body that is no JSON, in the words that Greenwave's and WaiverDB's clients know. */
export function notUnderstood(): Reply {
  return badRequest('The browser (or proxy) sent a request that this server could not understand.');
}

export function notAllowed(): Reply {
  return { status: 405, body: { message: 'The method is not allowed for the requested URL.' } };
}

/** The form of pydantic 2, which the original validates with. */
export function invalid(problems: readonly Problem[]): Reply {
  const message = problems.map(({ loc, msg }) => [loc.join('.'), msg].filter(Boolean).join(': ')).join('; ');
  const validation_error = problems.map((problem) => ({
    ...problem,
    url: `https://errors.pydantic.dev/2.11/v/${problem.type}`,
  }));
  return { status: 400, body: { message, validation_error } };
}

export function missingField(field: string, input: unknown): Problem {
  return { type: 'missing', loc: [field], msg: 'Field required', input };
}

export function valueError(field: string, text: string, input: unknown): Problem {
  return { type: 'value_error', loc: [field], msg: `Value error, ${text}`, input };
}

export function notString(field: string, input: unknown): Problem {
  return { type: 'string_type', loc: [field], msg: 'Input should be a valid string', input };
}

export function tooShort(field: string, input: unknown): Problem {
  return { type: 'string_too_short', loc: [field], msg: 'String should have at least 1 character', input };
}

export function isReply(value: object): value is Reply {
  return 'status' in value && 'body' in value;
}
