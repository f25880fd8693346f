import { type ManyWish, runMany, type Tally } from '../kit/many-seeds.ts'
import { setTraps } from '../kit/traps.ts'
import { subjectNamed } from '../subjects.ts'

/** One process that runs stretches of seeds as they are handed to it, and sends back what came of each. */

export interface Stretch extends ManyWish {
  readonly subject: string
}

export type Answer = { readonly tally: Tally } | { readonly error: string }

// Collecting a stack costs more than a step; a replay collects them.
Error.stackTraceLimit = 0

// In a session of its own it does not hear how whoever asked was ended.
process.once('disconnect', () => process.exit())

process.on('message', (stretch: Stretch) => {
  void answer(stretch).then((message) => process.send?.(message))
})

async function answer({ subject, ...wish }: Stretch): Promise<Answer> {
  const release = setTraps()
  try {
    return { tally: await runMany(subjectNamed(subject), wish) }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    release()
  }
}
