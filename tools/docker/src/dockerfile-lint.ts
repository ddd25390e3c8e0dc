import { execForm, parseCopy, parseDockerfile, type Instruction, type Stage } from './dockerfile';

/** What is wrong with a Dockerfile, each with its line: the rules that we hold, beside what an engine would refuse. */
export function lintDockerfile(text: string): readonly string[] {
  const stages = parseDockerfile(text);
  if (stages.length === 0) return ['1: there is no FROM'];
  return [...stages.flatMap((stage) => lintStage(stage, stages)), ...lintLast(stages.at(-1)!)];
}

function lintStage(stage: Stage, all: readonly Stage[]): readonly string[] {
  const earlier = all.slice(0, all.indexOf(stage)).map((other) => other.name);
  const base = earlier.includes(stage.image) || /:(?!latest$)[\w.-]+$/.test(stage.image);
  return [
    ...(base ? [] : [`1: ${stage.image} names no version`]),
    ...stage.instructions.flatMap((instruction) => lintInstruction(instruction, earlier)),
  ];
}

function lintInstruction(of: Instruction, stages: readonly string[]): readonly string[] {
  const at = (what: string): string[] => [`${of.line}: ${what}`];
  switch (of.name) {
    case 'ADD':
      return at('COPY says what is meant; ADD also unpacks and downloads');
    case 'RUN':
      return lintRun(of);
    case 'WORKDIR':
      return of.rest.startsWith('/') ? [] : at('WORKDIR is relative');
    case 'COPY': {
      const { from, sources } = parseCopy(of.rest);
      if (from !== null && !stages.includes(from)) return at(`there is no earlier stage ${from}`);
      return sources.length > 0 ? [] : at('COPY has no source');
    }
    case 'ENV':
    case 'ARG':
      return /(password|secret|token|key)\w*=/i.test(of.rest) ? at('secrets are mounted, not built in') : [];
    case 'CMD':
    case 'ENTRYPOINT':
      return execForm(of.rest) ? [] : at(`${of.name} goes through a shell, which swallows signals`);
    default:
      return known.includes(of.name) ? [] : at(`${of.name} is no instruction`);
  }
}

const known = ['EXPOSE', 'HEALTHCHECK', 'LABEL', 'USER', 'VOLUME', 'STOPSIGNAL'];

function lintRun({ rest, line }: Instruction): readonly string[] {
  const problems: readonly [boolean, string][] = [
    [/\bsudo\b/.test(rest), 'RUN is root already'],
    [/(curl|wget)[^|]*\|\s*(ba)?sh/.test(rest), 'runs what it downloads'],
    [/apt-get install/.test(rest) && !/apt-get update/.test(rest), 'installs from lists of another layer'],
    [/apt-get install/.test(rest) && !/--no-install-recommends/.test(rest), 'installs more than it needs'],
    [/apt-get install/.test(rest) && !/rm -rf \/var\/lib\/apt\/lists/.test(rest), 'leaves package lists behind'],
    [/\bnpm install\b/.test(rest), 'npm ci installs exactly the lock file'],
  ];
  return problems.filter(([bad]) => bad).map(([, what]) => `${line}: ${what}`);
}

function lintLast(stage: Stage): readonly string[] {
  const last = (name: string): Instruction | undefined => stage.instructions.findLast((of) => of.name === name);
  const user = last('USER')?.rest ?? 'root';
  const problems: readonly [boolean, string][] = [
    [/^(root|0)(:|$)/.test(user), 'the process runs as root'],
    [last('HEALTHCHECK') === undefined, 'there is no HEALTHCHECK'],
    [last('CMD') === undefined && last('ENTRYPOINT') === undefined, 'nothing is started'],
  ];
  return problems.filter(([bad]) => bad).map(([, what]) => `last stage: ${what}`);
}
