import { z } from 'zod';
import { command } from './door';

export const resultFormats = ['junit', 'xunit', 'tap', 'tmt'] as const;

export const resultPost = command({
  owner: 'ci-bridge',
  name: 'result-post',
  about: 'Takes a file of test results about a subject: JUnit or xUnit XML, TAP, or results.yaml of tmt.',
  request: z.object({
    format: z.enum(resultFormats),
    /** At most 1 MiB unless the bridge's setting `largest_body` says otherwise. */
    content: z.string().min(1).max(8_388_608),
    /** What was tested: an NVR, a compose, a commit. */
    item: z.string().min(1).max(512),
    type: z.string().min(1).max(100).default('koji_build'),
    /** One result under this name, as bad as the worst of the file; without it, one for each test. */
    testcase: z.string().min(1).max(255).optional(),
    /** Address of the run. */
    url: z.string().max(2048).optional(),
  }),
  reply: z.object({
    results: z.array(z.object({ number: z.number().int(), testcase: z.string(), outcome: z.string() })),
  }),
  http: { method: 'POST', path: '/admin/v1/results' },
  role: 'maintainer',
});
