import { z } from 'zod'

export const text = z.string()
/** Milliseconds since 1970 UTC. */
export const at = z.int()
export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly()
