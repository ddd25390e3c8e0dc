import { withMarks } from './marks';
import { clauseOf, type Network } from './network';
import { namesIn } from './resolve-clause';
import { Ints } from './rows';
import { everyKind, isTool, type Question } from './spread';

/** Everything that depends on these, however far; itself left out. Edges that only tools make do not count. */
export function everythingAbove(network: Network, changed: readonly number[], question: Question): Int32Array {
  const { into, intoKinds } = network;
  const { kinds = everyKind } = question;
  const propagates = question.tools.length === 0 ? null : propagation(network, question);
  return withMarks(network, (seen) => {
    const queue = new Ints();
    for (const component of changed) {
      seen[component] = 1;
      queue.push(component);
    }
    for (let n = 0; n < queue.length; n++) {
      const component = queue.at(n);
      for (let edge = into.offsets[component]!; edge < into.offsets[component + 1]!; edge++) {
        const by = into.targets[edge]!;
        if (seen[by] === 1 || question.counts[by] === 0 || (intoKinds[edge]! & kinds) === 0) continue;
        if (propagates && !propagates(component, by)) continue;
        seen[by] = 1;
        queue.push(by);
      }
    }
    const found = queue.view().slice(changed.length).sort();
    for (let n = 0; n < queue.length; n++) seen[queue.at(n)] = 0;
    return found;
  });
}

/** Does something that is no tool lead from one component to another that depends on it? */
function propagation(network: Network, question: Question): (component: number, by: number) => boolean {
  const tool = new Int8Array(network.clauses.count);
  const isToolClause = (clause: number): boolean => {
    if (tool[clause] === 0) {
      const { scheme, text } = clauseOf(network, clause);
      tool[clause] = isTool(question, '', namesIn(scheme, text)) ? 1 : -1;
    }
    return tool[clause] === 1;
  };
  const leads = (clause: number, component: number): boolean => {
    const { answers, packageComponent } = network;
    for (let n = answers.offsets[clause]!; n < answers.offsets[clause + 1]!; n++) {
      if (packageComponent[answers.targets[n]!] === component) return !isToolClause(clause);
    }
    return false;
  };
  const anyOf = (rows: Network['build'], row: number, component: number): boolean => {
    for (let n = rows.offsets[row]!; n < rows.offsets[row + 1]!; n++)
      if (leads(rows.targets[n]!, component)) return true;
    return false;
  };
  return (component, by) => {
    if (isTool(question, network.components.get(component), [])) return false;
    if (anyOf(network.build, by, component) || anyOf(network.installs, by, component)) return true;
    for (let n = network.parts.offsets[by]!; n < network.parts.offsets[by + 1]!; n++) {
      if (network.parts.targets[n] === component) return true;
    }
    for (let n = network.made.offsets[by]!; n < network.made.offsets[by + 1]!; n++) {
      if (anyOf(network.runtime, network.made.targets[n]!, component)) return true;
    }
    return false;
  };
}
