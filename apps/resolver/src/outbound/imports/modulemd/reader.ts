import { readModulemd, type ModulemdContents } from '@millrace/package-metadata';
import { importer } from '../importer';
import { addModules } from './add-modules';
import { modulemdInput } from './schema';

/** modulemd files, each of one module or many, with the obsoletes that stand beside them. */
export const modulemd = importer('modulemd', modulemdInput, async (input, means) => {
  const all: ModulemdContents[] = [];
  for (const address of input.sources) {
    all.push(readModulemd(await means.files.text(address), address));
    means.progress(all.length, 'modulemd files');
  }
  const [modules, obsoletes] = [all.flatMap((one) => one.modules), all.flatMap((one) => one.obsoletes)];
  addModules({ modules, obsoletes }, means, input);
});
