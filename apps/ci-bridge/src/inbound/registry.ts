import type { FileAdapter, WebhookAdapter } from './adapter';
import { buildbot } from './buildbot/map';
import { cdevents } from './cdevents/map';
import { forgejo } from './forgejo/map';
import { githubActions } from './github-actions/map';
import { gitlab } from './gitlab/map';
import { jenkins } from './jenkins/map';
import { junit } from './junit/map';
import { tap } from './tap/map';
import { testingFarm } from './testing-farm/map';
import { tmt } from './tmt/map';
import { zuul } from './zuul/map';

/** Systems that report over HTTP; `generic` beside them is made from a mapping file. */
export const webhookAdapters: readonly WebhookAdapter[] = [
  buildbot,
  cdevents,
  forgejo,
  githubActions,
  gitlab,
  jenkins,
  testingFarm,
  zuul,
];
export const webhookKinds = [...webhookAdapters.map(({ name }) => name), 'generic'] as readonly string[];

/** Files that results come in; xUnit files are of JUnit's form. */
export const fileAdapters: readonly FileAdapter[] = [junit, tap, tmt];
export const fileFormats = ['junit', 'xunit', 'tap', 'tmt'] as const;
export type FileFormat = (typeof fileFormats)[number];

export function fileAdapter(format: FileFormat): FileAdapter {
  const name = format === 'xunit' ? 'junit' : format;
  return fileAdapters.find((adapter) => adapter.name === name)!;
}
