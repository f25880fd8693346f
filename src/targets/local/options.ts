import type { DriverOptions } from '../../domain/driver-options.ts'
import type { Capabilities } from '../driver.ts'

/** What `target:` of an environment on this machine may say. */
export const options: DriverOptions = {
  port: {
    type: 'integer',
    required: false,
    description:
      'A port of its own for this environment, where every host name leads to it; for places without a domain.',
    min: 1,
    max: 65_535,
    unique: true,
  },
}

export const capabilities: Capabilities = {
  drain: true,
  scale: true,
  logs: true,
  traffic: true,
  run: true,
  console: true,
  files: true,
  door: true,
}
