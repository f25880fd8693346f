import type { MigrationSpec } from '../spec.ts'
import type { MigrationAdapter } from './adapter.ts'
import { alembic } from './alembic.ts'
import { command } from './command.ts'
import { django } from './django.ts'
import { drizzle } from './drizzle.ts'
import { knex } from './knex.ts'
import { prisma } from './prisma.ts'
import { rails } from './rails.ts'

/** Every framework that can be asked. A new one is a file and a line here. */
const adapters: Readonly<Record<MigrationSpec['adapter'], MigrationAdapter>> = {
  ...{ command, django, rails, alembic, prisma, knex, drizzle },
}

export interface Asking {
  readonly words: readonly string[]
  readonly adapter: MigrationAdapter
}

/**
 * How this app is asked what is pending: in its framework's way, or, where its command is one that cannot be taken apart, by
 * the command `pending`. Null when there is no way.
 */
export function askingFor(spec: MigrationSpec): Asking | null {
  const adapter = adapters[spec.adapter]
  const words = adapter.list(spec)
  if (words !== null) return { words, adapter }
  const own = command.list(spec)
  return own === null ? null : { words: own, adapter: command }
}

export function migrationFiles({ adapter }: MigrationSpec): readonly string[] {
  return adapters[adapter].files
}
