import { storedResult } from '@millrace/resultsdb';
import { z } from 'zod';

/** A result of somebody else's ResultsDB, as polled and as the body of `resultsdb.result.new`. */
export const foreignResult = storedResult.extend({
  outcome: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .transform((word) => word.toUpperCase()),
});
