import type { NvrForeseen } from '@millrace/contracts';
import { counted } from './words';

/** What is worth saying of one foreseen name: what would stop it, what comes along, why there is none. */
export function nvrNotes(component: string, { nvr, because, refused, unbuilt }: NvrForeseen): readonly string[] {
  const left = refused === null ? '' : refused.remedy === undefined ? '' : ` (${refused.remedy})`;
  return [
    ...(refused === null ? [] : [`${component} would be refused: ${refused.because}${left}`]),
    ...(unbuilt === null ? [] : [unbuiltNote(component, unbuilt)]),
    ...(nvr === null && refused === null && because !== '' ? [`${component}: no NVR is foreseen: ${because}`] : []),
  ];
}

/** The name, or what stands in its place. */
export function nvrCell(foreseen: NvrForeseen | undefined): string {
  if (foreseen === undefined) return '-';
  if (foreseen.refused !== null) return `refused: ${foreseen.refused.code}`;
  return foreseen.nvr ?? '-';
}

const then: Readonly<Record<NonNullable<NvrForeseen['unbuilt']>['then'], string>> = {
  ask: 'the rebuild asks its people',
  take: 'the rebuild takes them along',
  skip: 'the component is left out',
  leave: 'what was built last is built again, without them',
};

function unbuiltNote(component: string, unbuilt: NonNullable<NvrForeseen['unbuilt']>): string {
  const names = unbuilt.commits.slice(0, 3).map(({ commit, subject }) => `${commit.slice(0, 8)} ${subject}`);
  const more = unbuilt.count > names.length ? ` and ${unbuilt.count - names.length} more` : '';
  const count = counted(unbuilt.count, 'commit');
  return `the head of ${component} has ${count} never built: ${names.join('; ')}${more}; ${then[unbuilt.then]}`;
}
