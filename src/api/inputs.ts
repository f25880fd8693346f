import { z } from 'zod'
import * as views from './views.ts'

/** What many routes are asked with. */

export const name = z.string().min(1).max(200)
export const comment = z.string().max(2_000).optional()
export const limit = z.coerce.number().int().min(1).max(500).default(50)
export const offset = z.coerce
  .number()
  .int()
  .min(-(2 ** 40))
  .max(2 ** 40)
  .default(0)
/** So long, in milliseconds. What is told of it is told in words. */
export const span = (mostDays: number) =>
  z
    .int()
    .min(1_000, 'expected 1s or more')
    .max(mostDays * 86_400_000, `expected ${mostDays}d or less`)
/** Of a plan. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
export const ofProject = z.strictObject({ project: name })
export const ofEnvironment = z.strictObject({ project: name, environment: name })
export const atProject = '/projects/:project'
export const atEnvironment = '/projects/:project/environments/:environment'
export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly()

export const deployments = list(views.deployment)
