import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/**
 * The one thing that a program of ours tells, run in a thread of its own: for work that holds up whatever else goes on in its
 * thread. `program` is the path of its file.
 */
export async function inThread(program: string, data: unknown, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted()
  const worker = new Worker(program, { workerData: data })
  const over = new AbortController()
  const until = { signal: AbortSignal.any([signal, over.signal]) }
  const ended = once(worker, 'exit', until).then(([code]) => {
    throw new Error(`the thread ended with ${code} and told nothing`)
  })
  try {
    const [told] = await Promise.race([once(worker, 'message', until), ended])
    return told
  } finally {
    over.abort()
    await worker.terminate()
  }
}
