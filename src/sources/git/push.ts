import { messageOf } from '../../lib/fault.ts'
import type { Log } from '../../lib/log.ts'
import type { OnPush, PushResult, Repositories, Source } from '../source.ts'
import type { BackendAnswer } from './backend.ts'
import { PushAnswer } from './push-answer.ts'
import type { PushHead, RefCommand } from './push-head.ts'

export interface Push {
  readonly project: string
  readonly by: string
  readonly head: PushHead
  /** What git says. */
  readonly answer: BackendAnswer
  /** Why the client's objects did not all come, when that was our doing. */
  readonly bodyProblem: () => string | null
  /** Where the client's answer goes. */
  readonly writable: WritableStream<Uint8Array>
  readonly source: Pick<Source, 'isAncestor'>
  readonly repositories: Pick<Repositories, 'keep'>
  readonly onPush: OnPush
  readonly log: Log
}

export interface PushDone {
  /** Git took it, and it was recorded. */
  readonly isGood: boolean
}

/**
 * Carries git's answer to the client, and has the push recorded before its end. Also when git ended badly: it may have
 * moved a ref first.
 */
export async function performPush(push: Push): Promise<PushDone> {
  const client = clientOf(push)
  const answer = new PushAnswer(push.head.capabilities)
  const problem = await relay(push, answer, client)
  const [recorded] = await Promise.all([record(push), keepLost(push)])
  if ('messages' in recorded) {
    const whole = problem === null || answer.hasReport
    await client.end(whole ? answer.recorded(messagesOf(problem, recorded)) : answer.broken(problem))
    return { isGood: problem === null }
  }
  await client.end(answer.notRecorded(`stored, but not yet recorded: ${recorded.problem}`))
  return { isGood: false }
}

interface Client {
  send(bytes: Uint8Array): void
  /** The last bytes; null cuts the connection. */
  end(bytes: Uint8Array | null): Promise<void>
}

/** A client that has gone away changes nothing for the push, so its end is only noted. */
function clientOf({ writable, log, project }: Push): Client {
  const writer = writable.getWriter()
  const noted = (error: unknown) => log.debug('client of a push went away', { project, error })
  writer.closed.catch(noted)
  return {
    send: (bytes) => void writer.write(bytes).catch(noted),
    end: async (bytes) => {
      if (bytes === null) return writer.abort(new Error('the push ended badly')).catch(noted)
      writer.write(bytes).catch(noted)
      writer.close().catch(noted)
    },
  }
}

/** Null when git ended well, and otherwise why not. */
async function relay(push: Push, answer: PushAnswer, client: Client): Promise<string | null> {
  const { answer: git, log, project, bodyProblem } = push
  try {
    for await (const chunk of git.body) for (const bytes of answer.add(chunk)) client.send(bytes)
    const { exitCode, tail } = await git.ended
    if (exitCode === 0) return bodyProblem()
    log.warn('git ended a push badly', { project, exitCode, tail })
    return bodyProblem() ?? 'git could not take the push'
  } catch (error) {
    log.warn('push broke off', { project, error })
    return bodyProblem() ?? 'the push broke off on the server'
  }
}

/** Git's report says that it failed, but not always why. */
function messagesOf(problem: string | null, { messages }: PushResult): readonly string[] {
  return problem === null ? messages : [problem, ...messages]
}

async function record({ onPush, project, by, head, log }: Push): Promise<PushResult | { readonly problem: string }> {
  try {
    const moved = head.commands.map(({ name, after }) => ({ ref: name, after: isZero(after) ? null : after }))
    return await onPush(project, { by, moved })
  } catch (error) {
    log.error('push not recorded', { project, by, error })
    return { problem: messageOf(error) }
  }
}

/** More than this many and it costs less to keep them all than to ask. */
const MOST_ASKED = 20

/** A commit that was the head of a branch may have a run or a release: it stays, whatever the branch does. */
async function keepLost({ source, repositories, head, project, log }: Push): Promise<void> {
  const replaced = head.commands.filter(({ before }) => !isZero(before))
  const isLost = async ({ before, after }: RefCommand) => {
    if (isZero(after) || replaced.length > MOST_ASKED) return true
    return source.isAncestor(project, before, after).then(
      (isKept) => !isKept,
      () => true,
    )
  }
  try {
    const lost = await Promise.all(replaced.map(isLost))
    await repositories.keep(
      project,
      replaced.filter((_, index) => lost[index]).map(({ before }) => before),
    )
  } catch (error) {
    log.warn('replaced commits not kept', { project, error })
  }
}

function isZero(sha: string): boolean {
  return /^0+$/.test(sha)
}
