import type { App } from '../envelope';
import { commonDoors } from './common';
import * as gates from './ci-bridge-gates';
import type { Door } from './door';
import * as others from './others';
import * as resolver from './resolver';
import * as graph from './resolver-graph';
import * as reach from './resolver-reach';
import * as snapshots from './resolver-snapshots';
import * as results from './results';
import * as scheduler from './scheduler';
import * as acts from './scheduler-acts';
import * as baseline from './scheduler-baseline';
import * as changes from './scheduler-changes';
import * as landing from './scheduler-landing';
import * as people from './scheduler-people';
import * as plans from './scheduler-plan';
import * as rebuilds from './scheduler-rebuilds';
import * as releases from './scheduler-releases';
import * as sideTags from './scheduler-side-tags';
import * as watch from './scheduler-watch';

export * from './common';
export * from './door';
export { resultFormats } from './results';

/** Every door there is, by owner and then by name. */
export const doors = {
  resolver: {
    ...commonDoors('resolver'),
    impact: resolver.impact,
    compare: resolver.compare,
    dependants: resolver.dependants,
    dependencies: resolver.dependencies,
    path: resolver.path,
    knots: resolver.knotsDoor,
    graph: resolver.graph,
    graphImport: resolver.graphImport,
    reach: reach.reach,
    whatIf: reach.whatIf,
    order: graph.graphOrder,
    tiers: graph.graphTiers,
    paths: graph.graphPaths,
    unresolved: graph.graphUnresolved,
    search: graph.graphSearch,
    stats: graph.graphStats,
    diff: graph.graphDiff,
    snapshots: snapshots.snapshots,
    importFiles: snapshots.importFiles,
    snapshotName: snapshots.snapshotName,
    snapshotPrune: snapshots.snapshotPrune,
    snapshotExport: snapshots.snapshotExport,
  },
  scheduler: {
    ...commonDoors('scheduler'),
    releases: scheduler.releases,
    releaseHistory: scheduler.releaseHistory,
    releaseApply: scheduler.releaseApply,
    releaseCheck: releases.releaseCheck,
    shadow: releases.shadow,
    debt: baseline.debt,
    releaseAdopt: baseline.releaseAdopt,
    adoption: baseline.adoption,
    adoptedBuilds: baseline.adoptedBuilds,
    changeReport: scheduler.changeReport,
    changes: changes.changes,
    change: changes.change,
    changeApprove: changes.changeApprove,
    changeReject: changes.changeReject,
    explainComponent: changes.explainComponent,
    alerts: watch.alerts,
    buildSystems: watch.buildSystems,
    history: watch.history,
    failures: watch.failures,
    cascades: scheduler.cascades,
    cascade: scheduler.cascade,
    rebuilds: rebuilds.rebuilds,
    explain: scheduler.explain,
    builds: scheduler.builds,
    build: scheduler.build,
    contents: scheduler.contentsDoor,
    validated: scheduler.validated,
    sourceHead: scheduler.sourceHead,
    cascadePlan: plans.cascadePlan,
    cascadeStart: plans.cascadeStart,
    nvrs: plans.nvrs,
    cascadeHold: people.cascadeHold,
    cascadeResume: people.cascadeResume,
    releaseHold: people.releaseHold,
    releaseResume: people.releaseResume,
    holds: people.holds,
    sideTags: sideTags.sideTags,
    sideTagMoves: sideTags.sideTagMoves,
    sideTagAdopt: sideTags.sideTagAdopt,
    sideTagClean: sideTags.sideTagClean,
    landings: landing.landings,
    landing: landing.landing,
    landingPlan: landing.landingPlan,
    cascadeLand: landing.cascadeLand,
    landingAbort: landing.landingAbort,
    revertPlan: landing.revertPlan,
    cascadeRevert: landing.cascadeRevert,
    ...acts,
    buildAdopt: scheduler.buildAdopt,
  },
  'ci-bridge': {
    ...commonDoors('ci-bridge'),
    gates: others.gates,
    gateWaive: others.gateWaive,
    resultPost: results.resultPost,
    ...gates,
  },
  notifier: { ...commonDoors('notifier'), notices: others.notices },
  harvester: {
    ...commonDoors('harvester'),
    composes: others.composes,
    compose: others.compose,
    composeMake: others.composeMake,
  },
} as const;

export function doorsOf(app: App): readonly Door[] {
  return Object.values(doors[app]) as unknown as readonly Door[];
}

export { dependencyKinds, type ImpactRebuild } from './resolver';
export { scopeNames } from './resolver-reach';
export { importKinds, type ImportKind } from './resolver-snapshots';
