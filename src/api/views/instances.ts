import { z } from 'zod'
import { text } from './basics.ts'

export const instanceLine = z.object({ instance: text, stream: z.enum(['out', 'err']), text })
export type InstanceLineView = z.infer<typeof instanceLine>
