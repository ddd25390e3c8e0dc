import { z } from 'zod';
import { some } from '../order';

/** What an import of containers and images names. */
export const containersInput = z.object({ sources: some('a Containerfile, image list, kickstart or kiwi file') });
