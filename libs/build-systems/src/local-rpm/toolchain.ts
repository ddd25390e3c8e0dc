import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits } from './local-rpm';
import { prepareHost } from './host';
import { runStep } from './run-step';
import { sandboxCommand } from './sandbox';

export interface ToolchainReport {
  readonly ok: boolean;
  readonly missing: readonly { readonly tool: string; readonly remedy: string }[];
}

/** Commands that local-rpm starts, and the packages that bring them: Debian's name, Fedora's name. */
const tools: Readonly<Record<string, readonly [debian: string, fedora: string]>> = {
  bash: ['bash', 'bash'],
  bwrap: ['bubblewrap', 'bubblewrap'],
  createrepo_c: ['createrepo-c', 'createrepo_c'],
  dnf: ['dnf', 'dnf'],
  gcc: ['build-essential', 'gcc'],
  git: ['git', 'git'],
  make: ['build-essential', 'make'],
  modifyrepo_c: ['createrepo-c', 'createrepo_c'],
  mount: ['mount', 'util-linux'],
  prlimit: ['util-linux', 'util-linux'],
  rpm: ['rpm', 'rpm'],
  rpmbuild: ['rpm', 'rpm-build'],
  setpriv: ['util-linux', 'util-linux'],
  tar: ['tar', 'tar'],
  unshare: ['util-linux', 'util-linux'],
};

/** Is the machine fit for local-rpm? Looks for each command, and then builds a real sandbox and runs something in it. */
export async function checkToolchain(path = '/usr/sbin:/usr/bin:/sbin:/bin'): Promise<ToolchainReport> {
  const found = await Promise.all(Object.keys(tools).map((tool) => isOnPath(tool, path)));
  const missing = Object.entries(tools)
    .filter((_, n) => !found[n])
    .map(([tool, [debian, fedora]]) => ({
      tool,
      remedy: `Debian: apt-get install ${debian}; Fedora: dnf install ${fedora}`,
    }));
  if (missing.length > 0) return { ok: false, missing };
  const fault = await sandboxFault(path);
  if (fault === null) return { ok: true, missing: [] };
  const remedy = `allow unprivileged user namespaces (sysctl user.max_user_namespaces, AppArmor) and overlayfs in them: ${fault}`;
  return { ok: false, missing: [{ tool: 'sandbox', remedy }] };
}

async function isOnPath(tool: string, path: string): Promise<boolean> {
  const stats = await Promise.all(path.split(':').map((folder) => stat(join(folder, tool)).catch(() => null)));
  return stats.some((s) => s?.isFile());
}

/** What went wrong with a sandbox on a throw-away folder; null when it ran. */
async function sandboxFault(path: string): Promise<string | null> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-doctor-'));
  try {
    const host = await prepareHost(dir, path);
    const argv = sandboxCommand(host, {
      root: 'host',
      work: null,
      binds: [],
      path,
      limits: defaultLimits,
      argv: ['/bin/true'],
    });
    const { code, stderr } = await runStep({ argv, path, output: 'returned' });
    return code === 0 ? null : stderr.trim().slice(0, 300);
  } catch (error) {
    return String(error).slice(0, 300);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
