import * as apps from './apps.ts'
import * as doubts from './doubts.ts'
import * as environments from './environments.ts'
import * as jobs from './jobs.ts'
import * as notYet from './not-yet.ts'
import * as notices from './notices.ts'
import * as order from './order.ts'
import * as references from './references.ts'
import type { Rule } from './rule.ts'
import * as targets from './targets.ts'
import * as variables from './variables.ts'

/** Everything that keys must agree on. A project is refused while one of these has something to say. */
export const rules: readonly Rule[] = [
  apps.appOrApps,
  apps.anApp,
  apps.somethingToRun,
  apps.oneProbe,
  apps.migrationCommand,
  apps.staticOnce,
  apps.patternsGive,
  jobs.matrixSize,
  jobs.serviceWay,
  references.neededChecks,
  references.requiredChecks,
  references.neededEnvironments,
  references.heldEnvironment,
  references.scheduleEnvironments,
  references.noticeEnvironments,
  references.environmentApps,
  references.scaledProcesses,
  references.orderedProcesses,
  references.consumedQueues,
  references.migrationVariables,
  references.excludedAxes,
  order.checksInOrder,
  order.environmentsInOrder,
  order.smokeToPass,
  environments.nameFree,
  environments.someApps,
  environments.hostsOnce,
  environments.hostsReachWeb,
  environments.portReachesOne,
  environments.scaleSaysWhich,
  environments.enoughApprovers,
  environments.needsCanBeMet,
  environments.pendingCanBeSeen,
  environments.backupCanBeMade,
  environments.strategyKeys,
  notices.addressFits,
  notices.keysFit,
  targets.knownDriver,
  targets.driverOptions,
  targets.optionsOnce,
  targets.filesInImage,
  targets.imageIsRunnable,
  variables.reservedVariables,
  variables.secretInPlain,
  variables.valuesOfType,
]

/** What is allowed and rarely meant. */
export const doubtful: readonly Rule[] = [
  apps.adapterAsCommand,
  targets.driverAtHand,
  notices.webhooksAreSigned,
  notYet.actedOn,
  variables.requiredAndUnset,
  variables.nearlyDeclared,
  doubts.queuesAreConsumed,
  doubts.healthIsVerified,
  doubts.singletonsAreOne,
  doubts.schemaAndCodeGetAlong,
  doubts.selfApprovalIsMeant,
  doubts.opennessIsMeant,
  doubts.webIsReachable,
  doubts.sharedFilesAreHashed,
  doubts.branchesStartRuns,
  doubts.timeToStart,
  doubts.somethingToDo,
]
