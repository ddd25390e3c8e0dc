import { AppError } from '@millrace/kernel';
import { readModulemd, type ModuleDescription, type ModulemdContents } from '@millrace/package-metadata';
import { importer } from '../importer';
import { addModules } from './add-modules';
import { modulemdInput } from './schema';

/** modulemd files, each of one module or many, with the obsoletes that stand beside them. */
export const modulemd = importer('modulemd', modulemdInput, async (input, means) => {
  const all: ModulemdContents[] = [];
  for (const address of input.sources) {
    const { modules, ...others } = readModulemd(await means.files.text(address), address);
    all.push({ ...others, modules: modules.map((one) => named(one, address)) });
    means.progress(all.length, 'modulemd files');
  }
  const [modules, obsoletes] = [all.flatMap((one) => one.modules), all.flatMap((one) => one.obsoletes)];
  addModules({ modules, obsoletes }, means, input);
});

/** The packager's form of version 2 has no name of its own: its file has it, `NAME:STREAM.yaml`. */
function named(module: ModuleDescription, address: string): ModuleDescription {
  if (module.name !== '' && module.stream !== '') return module;
  const [, name, stream] = /([^/:]+)(?::([^/:]+?))?(?:\.modulemd)?\.ya?ml(?:\.\w+)?$/.exec(address) ?? [];
  if (name !== undefined && (module.stream || stream)) {
    return { ...module, name: module.name || name, stream: module.stream || stream! };
  }
  throw new AppError({
    code: 'modulemd-nameless',
    kind: 'invalid',
    message: `${address}: a module of it has no name or no stream`,
    remedy: 'call the file NAME:STREAM.yaml, e.g. perl:5.30.yaml, or write both into it',
  });
}
