import type { z } from 'zod';
import { askerOf, writerOf, type Answered, type Call } from './asker';
import { buildMethods } from './methods/builds';
import { tagMethods } from './methods/tags';
import { taskMethods } from './methods/tasks';
import { writeMethods } from './methods/writes';
import { openConnection, type Connection } from './session/connection';
import { defaultPace, type KojiOptions, type RetryPace } from './session/options';
import { openSession, resumeSession, type Session } from './session/session';
import type { CallIntent } from './session/outcome';
import { uploadFile } from './upload';

type Reads = ReturnType<typeof taskMethods> & ReturnType<typeof buildMethods> & ReturnType<typeof tagMethods>;
export type KojiWrites = ReturnType<typeof writeMethods>;

/** A Koji hub, typed. Reads need no session; writes go through one session, in order. */
export interface KojiHub extends Reads {
  readonly write: KojiWrites;
  /** Writes that go on with a stored intent: the first is the call that the intent was made for. */
  resume(intent: CallIntent): KojiWrites;
  /** @see uploadFile */
  upload(file: string, folder: string): Promise<string>;
  askMany<T>(calls: readonly Call[], schema: z.ZodType<T>): Promise<readonly Answered<T>[]>;
  /** `Koji-Version` of the last answer; hubs before 1.35 do not say it. */
  version(): string | null;
  /** Logs out and closes the connections; what still runs ends first. */
  close(): Promise<void>;
}

/**
 * Nothing is sent before the first call.
 *
 * @throws AppError `koji-option-invalid`, `koji-file-unreadable` (invalid)
 */
export function connectToHub(options: KojiOptions): KojiHub {
  const connection = openConnection(options);
  const pace = { ...defaultPace, ...options.pace };
  const session = openSession({ connection, pace, login: options.login ?? null });
  const asker = askerOf(connection, pace);
  return {
    ...taskMethods(asker),
    ...buildMethods(asker),
    ...tagMethods(asker),
    write: writeMethods(writerOf(session)),
    resume: (intent) => resumed(connection, pace, intent),
    upload: (file, folder) => uploadFile(session, file, folder),
    askMany: asker.askMany,
    version: connection.version,
    close: () => end(session, connection),
  };
}

function resumed(connection: Connection, pace: RetryPace, intent: CallIntent): KojiWrites {
  return writeMethods(writerOf(resumeSession({ connection, pace }, intent)));
}

async function end(session: Session, connection: Connection): Promise<void> {
  try {
    await session.logOut();
  } finally {
    await connection.close();
  }
}
