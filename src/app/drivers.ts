import type { DriverOptions } from '../domain/driver-options.ts'
import { options as local } from '../targets/local/options.ts'

/** What each driver of this program can be told in `target:`, by its name. One line each. */
export const driverOptions: Readonly<Record<string, DriverOptions>> = { local }
