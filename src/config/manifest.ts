import { z } from 'zod'
import { type Checked, isBackupName, type ServerBackup } from '../domain/server-backup.ts'
import { canonicalJson } from '../lib/canonical.ts'
import { sha256 } from '../lib/hash.ts'

/** How a backup's manifest is written. A program that writes another one raises it. */
const format = 1

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)
const kept = { sha256: digest, bytes: count }
const file = z.strictObject(kept)

/** No name of the manifest leads out of the folder that it is restored to. */
const path = z.string().refine((text) => text.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part)))

const manifest = z.strictObject({
  name: z.string().refine(isBackupName),
  takenAt: count,
  program: z.string(),
  schema: count,
  recipient: z
    .string()
    .regex(/^age1[0-9a-z]+$/)
    .nullable(),
  journal: z.strictObject({ facts: count, head: digest }),
  database: file,
  repositories: z.array(
    z.strictObject({
      project: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
      head: z.string().regex(/^refs\/heads\/[^\0-\x20-]\S*$/),
      refs: digest,
      bundle: file.nullable(),
    }),
  ),
  artifacts: z.array(file),
  lostArtifacts: z.array(digest),
  logs: z.array(z.strictObject({ ...kept, path, modifiedAt: z.number() })).nullable(),
})

const sealed = z.object({ format: z.int(), seal: digest, backup: z.unknown() })

export type ReadManifest =
  | { readonly backup: ServerBackup }
  /** It is none, or not what was written. `isNewer`: a newer program wrote it. */
  | { readonly problem: string; readonly isNewer: boolean }

export function writeManifest(backup: ServerBackup): string {
  return `${JSON.stringify({ format, seal: sha256(canonicalJson(backup)), backup }, null, 1)}\n`
}

/** Never throws. */
export function readManifest(text: string): ReadManifest {
  const outer = sealed.safeParse(parsed(text))
  if (!outer.success) return { problem: 'it is not the manifest of a backup', isNewer: false }
  const { format: found, seal, backup } = outer.data
  if (found > format) return { problem: `its format is ${found}, this program knows ${format}`, isNewer: true }
  if (sha256(canonicalJson(backup)) !== seal)
    return { problem: 'it does not have the checksum it names', isNewer: false }
  const inner = manifest.safeParse(backup)
  if (inner.success) return { backup: inner.data }
  const [issue] = inner.error.issues
  return { problem: `${issue?.path.join('.')}: ${issue?.message}`, isNewer: false }
}

const checked = z.object({ at: count, problem: z.string().nullable() })

/** What was noted when a backup was verified. Never throws. */
export function readChecked(text: string): Checked {
  const found = checked.safeParse(parsed(text))
  return found.success ? found.data : { at: 0, problem: 'what was noted when it was verified cannot be read' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // Nothing that can be parsed is no manifest.
  }
}
