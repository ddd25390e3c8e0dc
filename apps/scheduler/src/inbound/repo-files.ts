import { AppError } from '@millrace/kernel';
import { Controller, Get, Header, Param, type Type } from '@nestjs/common';

const tagPattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,255}$/;
const filePattern = /^([1-9][0-9]{0,11})\.repo$/;

/**
 * `GET /repositories/v1/<build system>/<tag>/<repository>.repo`: the file that OSBS wants for a repository of Koji. It
 * is made of its address alone, is the same for everybody, and nothing is asked of the hub.
 *
 * @param topUrls where the files of each Koji are served, by the names of the build systems
 */
export function repoFilesController(topUrls: ReadonlyMap<string, string>): Type {
  @Controller('/repositories/v1')
  class RepoFilesController extends RepoFileRoutes {
    constructor() {
      super(topUrls);
    }
  }
  return RepoFilesController;
}

class RepoFileRoutes {
  constructor(private readonly topUrls: ReadonlyMap<string, string>) {}

  @Get(':system/:tag/:file')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  get(@Param('system') system: string, @Param('tag') tag: string, @Param('file') file: string): string {
    const topUrl = this.topUrls.get(system);
    const repo = filePattern.exec(file)?.[1];
    if (topUrl === undefined || repo === undefined || !tagPattern.test(tag)) throw noRepoFile(system, tag, file);
    return repoFile(topUrl, tag, repo);
  }
}

/** Unsigned: what a cascade has built was never released. A builder takes the part of its own architecture. */
function repoFile(topUrl: string, tag: string, repo: string): string {
  const lines = [
    `[${tag}-${repo}]`,
    `name=${tag}, repository ${repo}`,
    `baseurl=${topUrl}/repos/${tag}/${repo}/$basearch`,
    ...['enabled=1', 'gpgcheck=0', 'skip_if_unavailable=False'],
  ];
  return `${lines.join('\n')}\n`;
}

function noRepoFile(system: string, tag: string, file: string): AppError {
  return new AppError({
    code: 'repo-file-unknown',
    kind: 'missing',
    message: `there is no file ${file} of tag ${tag} in build system ${system}`.slice(0, 500),
    remedy: 'say `repo_file: …/repositories/v1/NAME/{tag}/{repo}.repo`, with the name of a Koji in build_systems',
  });
}
