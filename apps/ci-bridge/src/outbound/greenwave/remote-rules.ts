import { AppError, moment, type Moment } from '@millrace/kernel';
import {
  asksForSource,
  readRemotePolicies,
  remoteUrl,
  sourcePlace,
  type RemoteFile,
  type RemoteRule,
  type SourcePlace,
  type Subject,
} from '@millrace/gate-policy';
import { fetchText } from './guarded-fetch';

/** What Koji knows of a build. */
export interface KojiBuild {
  /** Address with the revision behind `#`; null: it was not built from a repository. */
  readonly source: string | null;
  readonly createdAt: Moment | null;
}

export interface RemoteRulesParts {
  /** Address templates by subject type id, `*` for all others. */
  readonly templates: Readonly<Record<string, readonly string[]>>;
  readonly private: boolean;
  /** null: there is none such. Undefined: no Koji is known. */
  readonly koji?: (nvr: string) => Promise<KojiBuild | null>;
  /** Hears of addresses that were not asked, because they lead where nobody outside may make us ask. */
  readonly audit?: (fields: { readonly subject: string; readonly because: string }) => void;
  readonly now?: () => number;
}

/** What is kept this long needs not be asked for again. */
const keepMs = 60_000;
const mostKept = 2000;
/** A gating.yaml of over 256 KiB is none. */
const largest = 256 * 1024;
const timeoutMs = 15_000;

/** Finds the files that remote rules lead to; the first address that has one wins. */
export class RemoteRules {
  private readonly files = new Kept<string | null>();
  private readonly builds = new Kept<KojiBuild | null>();

  constructor(private readonly parts: RemoteRulesParts) {}

  /** @throws AppError `upstream-failed`, `upstream-timeout`, `remote-rule-unset` (unavailable) */
  async fileOf(rule: RemoteRule, subject: Subject): Promise<RemoteFile> {
    const urls: string[] = [];
    try {
      for (const template of this.templatesFor(rule, subject)) {
        const url = await this.urlOf(template, subject);
        if (url === null) continue;
        urls.push(url);
        const text = await this.files.get(url, this.now(), () => this.fetch(url));
        if (text !== null) return fileAt(url, text);
      }
    } catch (thrown) {
      if (thrown instanceof Unfindable) return { kind: 'unfetched', urls, error: thrown.message };
      if (thrown instanceof AppError && thrown.code === 'address-refused') {
        this.parts.audit?.({ subject: subject.item.slice(0, 300), because: thrown.message });
        return { kind: 'unfetched', urls, error: thrown.message };
      }
      throw thrown;
    }
    return { kind: 'missing', urls };
  }

  /** When the subject was made, by Koji; null: Koji is not known, or does not know. */
  async madeAt(subject: Subject): Promise<Moment | null> {
    if (!this.parts.koji || !subject.type.isKojiBuild) return null;
    const build = await this.buildOf(subject.item);
    if (build) return build.createdAt;
    throw new AppError({
      code: 'koji-build-missing',
      kind: 'missing',
      message: `Failed to find Koji build for "${subject.item.slice(0, 300)}"`,
      remedy: 'name a build that Koji knows',
    });
  }

  private templatesFor(rule: RemoteRule, subject: Subject): readonly string[] {
    const found = rule.sources.length > 0 ? rule.sources : this.settled(subject);
    if (found !== undefined) return found;
    throw new AppError({
      code: 'remote-rule-unset',
      kind: 'unavailable',
      message: `a remote rule for subjects of the type ${subject.type.id} has no address`,
      remedy: "name one in the setting remote_rule_policies, or in the rule's sources",
    });
  }

  private settled({ type }: Subject): readonly string[] | undefined {
    const { templates } = this.parts;
    return templates[type.id] ?? templates['*'];
  }

  private async urlOf(template: string, subject: Subject): Promise<string | null> {
    if (!asksForSource(template)) return remoteUrl(template, subject, null);
    const build = await this.buildOf(subject.item);
    if (!build) {
      throw new Unfindable(
        `Koji build not found for subject_type '${subject.type.id}', subject_identifier '${subject.item}'`,
      );
    }
    // Not built from a repository: there is no file to look for.
    if (build.source === null) return null;
    const place: SourcePlace | null = sourcePlace(build.source);
    if (place) return remoteUrl(template, subject, place);
    throw new Unfindable(
      `Failed to parse SCM URL "${build.source}" from Koji build "${subject.item}" (missing URL fragment with SCM revision information)`,
    );
  }

  private buildOf(nvr: string): Promise<KojiBuild | null> {
    const { koji } = this.parts;
    return koji ? this.builds.get(nvr, this.now(), () => koji(nvr)) : Promise.resolve(null);
  }

  private fetch(url: string): Promise<string | null> {
    return fetchText(url, { bytes: largest, timeoutMs, private: this.parts.private });
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}

/** The build leads to no file; that is an answer and no fault of ours. */
class Unfindable extends Error {}

function fileAt(url: string, text: string): RemoteFile {
  const { policies, problems } = readRemotePolicies(text, url);
  const problem = problems[0]?.message ?? null;
  return { kind: 'fetched', url, policies: problem === null ? policies : [], problem };
}

/** Reads Koji's `creation_ts`, seconds since 1970. */
export function createdAt(seconds: number | null | undefined): Moment | null {
  return typeof seconds === 'number' ? moment(seconds * 1000) : null;
}

class Kept<Value> {
  private readonly kept = new Map<string, { readonly until: number; readonly value: Promise<Value> }>();

  async get(key: string, now: number, find: () => Promise<Value>): Promise<Value> {
    const known = this.kept.get(key);
    if (known && known.until > now) return known.value;
    const value = find();
    this.kept.delete(key);
    this.kept.set(key, { until: now + keepMs, value });
    if (this.kept.size > mostKept) this.kept.delete(this.kept.keys().next().value!);
    // What went wrong is asked for again.
    value.catch(() => this.kept.delete(key));
    return value;
  }
}
