import { gated } from '../../kit/gate.ts'
import type { Life, Scheduler } from '../../kit/scheduler.ts'

/** How one life of the server reaches something outside of it: the call takes time, and so does its answer. */
export interface Outside {
  readonly scheduler: Scheduler
  readonly life: Life
}

/** Something outside happens after this long, whether or not the caller lives to hear of it. */
export function asked<T>(
  { scheduler, life }: Outside,
  { label, afterMs }: { readonly label: string; readonly afterMs: number },
  effect: () => T | Promise<T>,
): Promise<T> {
  if (!life.alive) return new Promise(() => {})
  const outside = new Promise<T>((resolve, reject) => {
    scheduler.after(afterMs, scheduler.world, label, () => {
      try {
        resolve(effect())
      } catch (error) {
        reject(error)
      }
    })
  })
  return gated(scheduler, life, `${label} answered`, outside)
}
