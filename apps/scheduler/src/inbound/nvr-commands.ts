import { doors } from '@millrace/contracts';
import { answer, type BoundDoor } from '@millrace/service';
import type { Input } from '../domain/input';
import type { NvrLookups } from '../domain/nvrs/question';

/** Names of builds before they are made. */
export function nvrQuestions(look: Pick<NvrLookups, 'nvrs'>): readonly BoundDoor<Input>[] {
  return [answer(doors.scheduler.nvrs, (question) => look.nvrs(question))];
}
