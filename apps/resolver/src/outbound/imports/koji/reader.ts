import { connectToHub } from '@millrace/koji';
import { importer } from '../importer';
import { addFiles } from './files';
import { addAssembled, addReferences } from './images';
import { addPackages } from './packages';
import { kojiInput } from './schema';
import { tagContents } from './tag-contents';

/**
 * The newest builds of tags by a Koji hub alone, without any repository: what their packages offer and require, what
 * sources want for their builds, modules, and images with what is in them.
 */
export const koji = importer('koji', kojiInput, async (input, means) => {
  const { proxy, caFile } = means.web;
  const hub = connectToHub({
    url: input.sources[0]!,
    ...(proxy === null ? {} : { proxy }),
    ...(caFile === null ? {} : { caFile }),
    userAgent: 'millrace-resolver',
    // An import can be tried again as a whole: it does not wait for hours.
    pace: { tries: 5, intervalMs: 2000 },
  });
  try {
    const contents = await tagContents(hub, input, means);
    const added = await addPackages(hub, contents, means);
    await addFiles(hub, contents, added, input.deep, means);
    await addAssembled(hub, contents, means);
    if (input.deep) await addReferences(hub, contents, means);
  } finally {
    await hub.close();
  }
});
