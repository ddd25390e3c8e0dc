import type { doors, DoorReply, DoorRequest } from '@millrace/contracts';
import type { TableReader } from '@millrace/store';
import type { Notice } from '../domain/state';

type Reply = DoorReply<typeof doors.notifier.notices>;
type Request = DoorRequest<typeof doors.notifier.notices>;

/** Notices, newest first. `messageIdOf` gives the id that a mail has, or will have. */
export async function listNotices(
  notices: TableReader<Notice>,
  request: Request,
  messageIdOf: (notice: string) => string,
): Promise<Reply> {
  const { person, state } = request;
  const filter = { ...(person === undefined ? {} : { person }), ...(state === undefined ? {} : { state }) };
  const found = await notices.where(filter, { orderBy: '-at', limit: Number(request.limit ?? 50) });
  return { notices: found.map((notice) => viewOf(notice, messageIdOf)) };
}

function viewOf(notice: Notice, messageIdOf: (notice: string) => string): Reply['notices'][number] {
  return {
    notice: notice.id,
    release: notice.release,
    person: notice.person,
    address: notice.address ?? '',
    way: 'mail',
    about: notice.about,
    subject_line: notice.letter.subject,
    text: notice.letter.text,
    state: notice.state,
    message_id: notice.messageId ?? messageIdOf(notice.id),
    attempts: notice.round,
    because: notice.because,
    at: notice.at,
    deliveredAt: notice.deliveredAt,
  };
}
