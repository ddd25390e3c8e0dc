import { Command } from 'commander';
import { alertList } from './commands/alert-list';
import { buildAdopt } from './commands/build-adopt';
import { buildList } from './commands/build-list';
import { buildLog } from './commands/build-log';
import { buildMake } from './commands/build-make';
import { buildSystems } from './commands/build-systems';
import { cascadeCancel, cascadeRemove, cascadeRetry, cascadeSkip } from './commands/cascade-act';
import { cascadeExplain } from './commands/cascade-explain';
import { cascadeHistory } from './commands/cascade-history';
import { cascadeHold, cascadeHolds, cascadeResume } from './commands/cascade-hold';
import { cascadeLand } from './commands/cascade-land';
import { cascadeList } from './commands/cascade-list';
import { cascadeAdd, cascadeRaise } from './commands/cascade-member';
import { cascadeNvrs } from './commands/cascade-nvrs';
import { cascadePlan } from './commands/cascade-plan';
import { cascadeRevert } from './commands/cascade-revert';
import { cascadeShow } from './commands/cascade-show';
import { cascadeStart } from './commands/cascade-start';
import { cascadeWaive } from './commands/cascade-waive';
import { cascadeWatch } from './commands/cascade-watch';
import { changeApprove, changeReject } from './commands/change-decide';
import { changeList } from './commands/change-list';
import { changeReport } from './commands/change-report';
import { changeShow } from './commands/change-show';
import { composeList } from './commands/compose-list';
import { composeMake } from './commands/compose-make';
import { composeShow } from './commands/compose-show';
import { deadLettersList } from './commands/dead-letters-list';
import { deadLettersDrop, deadLettersReplay } from './commands/dead-letters-settle';
import { deadLettersShow } from './commands/dead-letters-show';
import { doctor } from './commands/doctor';
import { explain } from './commands/explain';
import { gateDecisions, gateReplay } from './commands/gate-decisions';
import { gateGroup } from './commands/gate-group';
import { failureList } from './commands/failure-list';
import { gateShow } from './commands/gate-show';
import { gateWaive } from './commands/gate-waive';
import { graphDependants, graphDependencies } from './commands/graph-dependants';
import { graphImpact, graphWhatIf } from './commands/graph-impact';
import { graphImport } from './commands/graph-import';
import { graphKnots } from './commands/graph-knots';
import { graphPath } from './commands/graph-path';
import { graphDiff } from './commands/graph-diff';
import { graphOrder, graphSearch, graphStats, graphTiers, graphUnresolved } from './commands/graph-questions';
import { graphShow } from './commands/graph-show';
import { noticeList } from './commands/notice-list';
import { quarantineDrop, quarantineList, quarantineReplay, quarantineShow } from './commands/quarantine';
import { policyHistory } from './commands/policy-history';
import { policyLint } from './commands/policy-lint';
import { policyList } from './commands/policy-list';
import { policyTest } from './commands/policy-test';
import { releaseAdopt } from './commands/release-adopt';
import { releaseApply } from './commands/release-apply';
import { releaseDebt } from './commands/release-debt';
import { releaseDiff } from './commands/release-diff';
import { releaseHistory } from './commands/release-history';
import { releaseLint } from './commands/release-lint';
import { releaseList } from './commands/release-list';
import { releaseShow } from './commands/release-show';
import { reportShadow } from './commands/report-shadow';
import { resultPost } from './commands/result-post';
import { snapshotsExport, snapshotsList, snapshotsName, snapshotsPrune } from './commands/snapshots';
import { sidetagAdopt } from './commands/sidetag-adopt';
import { sidetagClean } from './commands/sidetag-clean';
import { sidetagList } from './commands/sidetag-list';
import { status } from './commands/status';
import { tokenCreate } from './commands/token-create';
import { tokenList } from './commands/token-list';
import { tokenRevoke } from './commands/token-revoke';
import { up } from './commands/up';
import { addLeaf, type Leaf } from './leaf';

const exitCodesText = `
Exit codes: 0 done; 1 failed or refused; 2 used wrongly; 3 a service or server is not to be had.
Environment: MILLRACE_DATA, MILLRACE_PORT_BASE, MILLRACE_TOKEN, NATS_URL (for up), MILLRACE_CONFIG, NO_COLOR.`;

/** The whole command line. Errors are thrown, never exits. */
export function program(): Command {
  const root = new Command('millrace')
    .description('Rebuilds a software distribution when a part of it changes: in order, tested, and into composes.')
    .version('0.1.0')
    .addHelpText('after', exitCodesText);
  leaves(root, [up, status, doctor, explain]);
  noun(root, 'change', 'What changed, and what became of it', [
    ...[changeReport, changeList, changeShow, changeApprove, changeReject],
  ]);
  noun(root, 'cascade', 'Rebuilds that one or more changes cause', [
    ...[cascadePlan, cascadeStart, cascadeList, cascadeShow, cascadeWatch, cascadeExplain, cascadeHistory],
    ...[cascadeHold, cascadeResume, cascadeHolds, cascadeCancel, cascadeRetry, cascadeSkip, cascadeWaive],
    ...[cascadeAdd, cascadeRemove, cascadeRaise, cascadeNvrs, cascadeLand, cascadeRevert],
  ]);
  noun(root, 'build', 'Builds, of cascades and by hand', [buildMake, buildAdopt, buildList, buildLog, buildSystems]);
  noun(root, 'release', 'Release definitions', [
    ...[releaseLint, releaseShow, releaseDiff, releaseApply, releaseHistory, releaseList, releaseAdopt, releaseDebt],
  ]);
  noun(root, 'report', 'What was done, and what would have been', [reportShadow]);
  noun(root, 'token', 'Named tokens: who may do what', [tokenCreate, tokenList, tokenRevoke]);
  noun(root, 'gate', "The gate's answers, and waivers", [gateShow, gateWaive, gateGroup, gateDecisions, gateReplay]);
  noun(root, 'policy', 'Policies of gates, checked, tested and tried on history', [
    ...[policyList, policyLint, policyTest, policyHistory],
  ]);
  noun(root, 'graph', 'Who depends on whom', [
    ...[graphShow, graphDependants, graphDependencies, graphPath, graphKnots, graphImpact, graphWhatIf, graphImport],
    ...[graphOrder, graphTiers, graphUnresolved, graphDiff, graphSearch, graphStats],
  ]);
  noun(root, 'snapshots', 'Imported snapshots of graphs', [
    ...[snapshotsList, snapshotsName, snapshotsPrune, snapshotsExport],
  ]);
  noun(root, 'compose', 'Harvested trees of artifacts', [composeMake, composeList, composeShow]);
  noun(root, 'sidetag', 'Side tags in which cascades build', [sidetagList, sidetagAdopt, sidetagClean]);
  noun(root, 'alert', 'What hangs', [alertList]);
  noun(root, 'failure', 'What failed, and is not built again as it is', [failureList]);
  noun(root, 'notice', 'What people were told', [noticeList]);
  noun(root, 'result', 'Test results', [resultPost]);
  noun(root, 'quarantine', 'What CI systems sent and could not be taken as results', [
    ...[quarantineList, quarantineShow, quarantineReplay, quarantineDrop],
  ]);
  noun(root, 'dead-letters', 'Messages that could not be handled', [
    ...[deadLettersList, deadLettersShow, deadLettersReplay, deadLettersDrop],
  ]);
  everywhere(root, (command) => command.exitOverride().showHelpAfterError('(add --help for more)'));
  return root;
}

// Each leaf checks the options of its own; here only their number matters.
type AnyLeaf = Leaf<never>;

function noun(root: Command, name: string, about: string, all: readonly AnyLeaf[]): void {
  leaves(root.command(name).description(about), all);
}

function leaves(parent: Command, all: readonly AnyLeaf[]): void {
  for (const leaf of all) addLeaf(parent, leaf);
}

function everywhere(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const child of command.commands) everywhere(child, act);
}
