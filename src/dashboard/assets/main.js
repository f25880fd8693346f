import { acts } from './acts.js'
import { done } from './done.js'
import { keys } from './keys.js'
import { live } from './live.js'
import { logs } from './logs.js'
import { passkeys } from './passkeys.js'
import { scrub } from './scrub.js'
import { theme } from './theme.js'
import { ticks } from './ticks.js'
import { times } from './times.js'

/** Everything works without these scripts; they make it live, quick and local. */
document.documentElement.classList.add('scripts')
for (const begin of [done, acts, times, theme, keys, ticks, logs, scrub, passkeys, live]) begin()
