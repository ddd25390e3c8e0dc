import type {
  changeReported,
  Envelope,
  EventData,
  graphPublished,
  rebuildWanted,
  setWanted,
  verdictDecided,
} from '@millrace/contracts';
import { groupOf } from '../domain/group-gate/rows';
import type { Input } from '../domain/input';
import { partOf } from '../domain/landing/part-gate';

/** Another team says that components changed. */
export function reported({ id, source, data }: Envelope<EventData<typeof changeReported>>): Input {
  const { release, components, urgency, reporter: by, reason: why } = data;
  const kind = components.every((one) => one.commit === undefined && one.nvr !== undefined) ? 'build' : 'commit';
  return { type: 'change.heard', release, kind, components, urgency, by, why, message: messageOf(source, id) };
}

/** The resolver has a new snapshot of a release's graph. */
export function published({ revision: number, data }: Envelope<EventData<typeof graphPublished>>): Input {
  const { release, snapshot } = data;
  return { type: 'graph.published', release, snapshot, number };
}

/** A compose misses artifacts: they enter by the same door as any change. */
export function missed({ id, source, data }: Envelope<EventData<typeof rebuildWanted>>): Input {
  const { release, compose, components } = data;
  return {
    type: 'change.heard',
    release,
    kind: 'missing',
    components: components.map((component) => ({ component })),
    urgency: 'normal',
    by: 'harvester',
    why: `compose ${compose} misses it`,
    message: messageOf(source, id),
  };
}

/** Another team asks for a set: its members are found before it is decided. */
export function setAsked({ id, source, data }: Envelope<EventData<typeof setWanted>>): Input {
  const { release, components, all, query, since, ordered, urgency, reporter: by, reason: why } = data;
  const set = { components, all, query, since, ordered };
  const about = { type: 'change.heard', release, kind: 'set', urgency, by, why } as const;
  return { ...about, components: components.map((component) => ({ component })), set, message: messageOf(source, id) };
}

function messageOf(source: string, id: string) {
  return { source: source.slice(0, 300), id: id.slice(0, 300) };
}

/** The gate's answer; one that names no release is about no build of ours. */
export function decided(data: EventData<typeof verdictDecided>): Input | null {
  const { release, subject, build, decision, revision, reasons } = data;
  if (release === null) return null;
  const group = groupOf(build);
  if (group) {
    return {
      type: 'group.decided',
      release,
      ...group,
      subject: subject.id,
      decision,
      verdictRevision: revision,
      reasons,
    };
  }
  const part = partOf(build);
  if (part) {
    const answer = { subject: subject.id, decision, verdictRevision: revision, reasons };
    return { type: 'landing.decided', release, ...part, ...answer };
  }
  return { type: 'verdict.decided', release, build, decision, verdictRevision: revision, reasons };
}
