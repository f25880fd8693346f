import { Fault } from '../lib/fault.ts'
import { systemClock } from './clock.ts'
import { startChild } from './process.ts'

/** A program that has not failed by then shows the page; many stay as long as their window. */
const patienceMs = 2_000

const nowhere = { appendTo: '/dev/null' }

export interface BrowserOptions {
  /** The person's own: a browser needs more of it than we could name. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Shows a page in the person's browser. False when none could be started. */
export async function openInBrowser(url: string, options: BrowserOptions): Promise<boolean> {
  for (const argv of browsers(options.env)) if (await isOpenedBy([...argv, url], options)) return true
  return false
}

/** Whether somebody sees a window of ours: not through a bare SSH connection. */
export function hasDisplay(env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env.BROWSER ?? '') !== '') return true
  if (process.platform === 'darwin') return (env.SSH_CONNECTION ?? '') === ''
  return (env.DISPLAY ?? '') !== '' || (env.WAYLAND_DISPLAY ?? '') !== ''
}

/** `BROWSER` holds programs, with words of theirs, between colons: the first that works is meant. */
function browsers({ BROWSER = '' }: BrowserOptions['env']): readonly (readonly string[])[] {
  const named = BROWSER.split(':').map((text) => text.split(' ').filter((word) => word !== '' && word !== '%s'))
  const usual = process.platform === 'darwin' ? 'open' : 'xdg-open'
  return [...named.filter((words) => words.length > 0), [usual]]
}

async function isOpenedBy(argv: readonly string[], { env, signal }: BrowserOptions): Promise<boolean> {
  const never = new AbortController().signal
  try {
    // xdg-open leaves the browser behind, which goes on when both of us have ended.
    const stays = {
      limitMs: Infinity,
      signal: never,
      outlivesUs: true,
      keepGroup: true,
      stdout: nowhere,
      stderr: nowhere,
    }
    const child = await startChild({ argv, env, ...stays })
    const over = new AbortController()
    const ended = child.result.then(({ exitCode }) => exitCode === 0)
    const shows = systemClock.sleep(patienceMs, AbortSignal.any([over.signal, signal])).then(() => true)
    shows.catch(() => {}) // Nobody waits for it any more.
    return await Promise.race([ended, shows]).finally(() => over.abort())
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault && error.code === 'process.not_started') return false
    throw error
  }
}
