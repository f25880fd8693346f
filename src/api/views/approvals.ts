import { z } from 'zod'
import { list, text } from './basics.ts'
import { answering, deployment } from './deployments.ts'
import { oneOffDetail } from './one-offs.ts'
import { run } from './runs.ts'

/** What waits for people, each kind oldest first. */
export const awaiting = z.object({
  /** With the title of the commit, the hash of the plan as it is now, and what is in the way of an answer of whoever asks. */
  deployments: list(z.object({ deployment, title: text, plan: text, obstacles: answering })),
  oneOffs: list(oneOffDetail),
  /** Of what is proposed from outside. */
  runs: list(run),
})
export type AwaitingView = z.infer<typeof awaiting>
