import type { DeploymentView, RunView } from '../api/views.ts'
import { never } from '../lib/never.ts'

/** How the program ends; scripts rely on these numbers. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  changes: 3,
  blocked: 4,
  rolledBack: 5,
  unknown: 6,
  /** The system's own number for it. */
  noSpace: 28,
  timedOut: 124,
  cancelled: 130,
  /** The reader of our output went away: what a shell reports of a program that SIGPIPE ended. */
  unread: 141,
} as const

export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'it was done, or there was nothing to do',
  failed: 'it failed',
  usage: 'what was typed, or a configuration, is not valid',
  changes: 'the plan has changes',
  blocked: 'a gate, a lock or a permission is in the way',
  rolledBack: 'it failed and what served before serves again',
  unknown: 'how it ended is not known, or a person has to look at it',
  noSpace: 'there was no space on a disk, here or where the server keeps what it stores',
  timedOut: 'it did not end within the time given',
  cancelled: 'it was cancelled',
  unread: 'the reader of the output went away',
}

/** Of a fault: ours or the server's, by its code. */
export function exitCodeOfFault(code: string): number {
  const [area = '', word = ''] = code.split('.')
  return byCode.get(code) ?? byWord.get(word) ?? byArea.get(area) ?? exitCodes.failed
}

const byCode: ReadonlyMap<string, number> = new Map([
  ['approval.commit_moved', exitCodes.blocked],
  ['approval.none_given', exitCodes.blocked],
  ['approval.not_allowed', exitCodes.blocked],
  ['approval.not_ready', exitCodes.blocked],
  ['approval.plan_moved', exitCodes.blocked],
  ['console.needs_terminal', exitCodes.usage],
  ['console.not_yours', exitCodes.blocked],
  ['disk.full', exitCodes.noSpace],
  ['environment.same', exitCodes.usage],
  ['migration.not_ticked', exitCodes.blocked],
  ['one_off.no_dry_run', exitCodes.usage],
  ['one_off.tick_missing', exitCodes.blocked],
  ['one_off.unknown_name', exitCodes.usage],
  ['permission.denied', exitCodes.blocked],
  ['rollback.crosses_migration', exitCodes.blocked],
  ['rollback.forbidden', exitCodes.blocked],
  ['rollback.reason_needed', exitCodes.usage],
  ['server.no_space', exitCodes.noSpace],
  ['token.invalid', exitCodes.failed],
  ['variable.needed', exitCodes.blocked],
  ['variable.reserved', exitCodes.usage],
  ['variable.wrong_type', exitCodes.usage],
  ['wait.limit', exitCodes.timedOut],
])

/** What was typed names something that is not there, or is no name at all. */
const byWord: ReadonlyMap<string, number> = new Map(
  ['ambiguous', 'invalid', 'invalid_name', 'invalid_value', 'malformed', 'unclear', 'unknown'].map((word) => [
    word,
    exitCodes.usage,
  ]),
)

const byArea: ReadonlyMap<string, number> = new Map([
  ['command', exitCodes.usage],
  ['config', exitCodes.usage],
  ['file', exitCodes.usage],
  ['login', exitCodes.usage],
  ['request', exitCodes.usage],
])

export function exitCodeOfDeployment(deployment: DeploymentView): number {
  const { state, outcome, rolledBack, startedAt } = deployment
  if (state === 'waiting') return exitCodes.blocked
  if (rolledBack) return exitCodes.rolledBack
  switch (outcome) {
    case null:
    case 'succeeded':
      return exitCodes.ok
    case 'failed':
      // What failed before it began was refused by a gate.
      return startedAt === null ? exitCodes.blocked : exitCodes.failed
    case 'errored':
      return exitCodes.unknown
    case 'aborted':
      return exitCodes.cancelled
    default:
      return never(outcome)
  }
}

export function exitCodeOfRun({ outcome }: Pick<RunView, 'outcome'>): number {
  switch (outcome) {
    case null:
    case 'succeeded':
      return exitCodes.ok
    case 'failed':
    case 'errored':
      return exitCodes.failed
    case 'aborted':
      return exitCodes.cancelled
    default:
      return never(outcome)
  }
}

/** Of several that ended: the one that most needs somebody to look. */
export function worstOf(codes: readonly number[]): number {
  const order = [exitCodes.unknown, exitCodes.failed, exitCodes.rolledBack, exitCodes.blocked, exitCodes.cancelled]
  return order.find((code) => codes.includes(code)) ?? exitCodes.ok
}
