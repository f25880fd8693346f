import { z } from 'zod'
import type { Fault } from '../lib/fault.ts'

/** Where a request is not as its route wants it, below its path, query or body; and what was expected there. */
const issue = z.object({ path: z.array(z.string()), problem: z.string() })
export type RequestIssue = z.infer<typeof issue>

const refusal = z.object({ issues: z.array(issue) })

/** What a server refused of a request, one by one; nothing for any other Fault. */
export function issuesOf({ code, details }: Fault): readonly RequestIssue[] {
  if (code !== 'request.invalid') return []
  return refusal.safeParse(details).data?.issues ?? []
}
