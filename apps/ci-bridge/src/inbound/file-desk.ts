import { AppError } from '@millrace/kernel';
import { z } from 'zod';
import type { Input } from '../domain/input';
import { draftsOf } from './drafts';
import { takeIn, type IntakeParts, type Taken } from './intake';
import { fileAdapter, fileFormats, type FileFormat } from './registry';

const remedy = 'correct the file, or say another format';

const postedFile = z.object({
  format: z.enum(fileFormats),
  content: z.string(),
  item: z.string(),
  type: z.string(),
  testcase: z.string().optional(),
  url: z.string().optional(),
});

export interface PostedFile {
  readonly format: FileFormat;
  readonly content: string;
  readonly item: string;
  readonly type: string;
  readonly testcase?: string | undefined;
  readonly url?: string | undefined;
}

/** Takes files of results about a subject. */
export class FileDesk {
  constructor(
    private readonly parts: IntakeParts,
    private readonly largest: number,
  ) {}

  /** The input that a file becomes; throws, once it is in quarantine, when it is no such file. */
  async inputOf(file: PostedFile, who: string): Promise<Input> {
    const size = Buffer.byteLength(file.content);
    if (size > this.largest) throw tooLarge(size, this.largest);
    let input: Input | null = null;
    const collecting = { ...this.parts, take: (given: Input) => Promise.resolve(((input = given), { results: [] })) };
    const taken = await this.take(collecting, file, who);
    if (input !== null) return input;
    if (taken.status !== 'quarantined') throw new Error('a file is taken or quarantined');
    const { code, kind, because } = taken.refusal;
    throw new AppError({ code, kind, message: because, remedy: `${remedy}; it is kept as ${taken.id}` });
  }

  /** Hands over once more what was quarantined; null when it is no file. */
  replay(letter: { readonly origin: string; readonly content: string }, who: string): Promise<Taken> | null {
    if (!letter.origin.startsWith('file/')) return null;
    return this.take(this.parts, postedFile.parse(JSON.parse(letter.content)), who);
  }

  private take(parts: IntakeParts, file: PostedFile, who: string): Promise<Taken> {
    const { format, content, item, type, testcase, url } = file;
    const letter = { origin: `file/${format}`, who, content: JSON.stringify(file), what: `${format} file`, remedy };
    return takeIn(parts, letter, async () => {
      const subject = { item, type, testcase: testcase ?? null, url: url ?? null };
      return draftsOf('file', await fileAdapter(format).map(content, subject), parts.outcomes);
    });
  }
}

function tooLarge(size: number, largest: number): AppError {
  return new AppError({
    code: 'body-too-large',
    kind: 'invalid',
    message: `the file has ${size} bytes; at most ${largest} are taken`,
    remedy: 'post it in parts, or let largest_body of the settings be more',
  });
}
