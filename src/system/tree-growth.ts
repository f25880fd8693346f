import type { ProcessId } from './proc.ts'

/** A process of a tree, with the time it has had. */
export interface TreeMember extends ProcessId {
  readonly parent: number
  /** By itself, in user and in system mode. */
  readonly ownMs: number
  /** By children that have ended and that it has looked after: the kernel adds a child's time when its parent waits for it. */
  readonly childrenMs: number
}

export type Tree = ReadonlyMap<number, TreeMember>

export interface Growth {
  /** Processor time that the tree has had between two looks at it. */
  readonly ms: number
  /** What had been counted of processes that are gone and have left nobody in the tree who got their time; null when none is. */
  readonly lostMs: number | null
}

/**
 * What a tree took from one look to the next. A process that has ended meanwhile handed its time to its parent, where it
 * appears a second time: what had been counted of it is taken off there.
 */
export function growth(before: Tree, now: Tree): Growth {
  const counted = new Map<number, number>()
  let lostMs: number | null = null
  for (const member of before.values()) {
    if (isIn(now, member)) continue
    const heir = heirOf(member, before, now)
    const ms = member.ownMs + member.childrenMs
    if (heir === null) lostMs = (lostMs ?? 0) + ms
    else counted.set(heir, (counted.get(heir) ?? 0) + ms)
  }
  const all = [...now.values()].map((member) => grown(member, before.get(member.pid), counted.get(member.pid) ?? 0))
  return { ms: all.reduce((sum, ms) => sum + ms, 0), lostMs }
}

function grown(now: TreeMember, before: TreeMember | undefined, countedMs: number): number {
  const known = before?.startTime === now.startTime ? before : null
  const childrenMs = now.childrenMs - (known?.childrenMs ?? 0)
  return Math.max(0, now.ownMs - (known?.ownMs ?? 0)) + Math.max(0, childrenMs - countedMs)
}

/** The nearest of those above it that is still there. */
function heirOf({ parent }: TreeMember, before: Tree, now: Tree): number | null {
  for (let above = before.get(parent); above !== undefined; above = before.get(above.parent)) {
    if (isIn(now, above)) return above.pid
    if (above.parent === above.pid) return null
  }
  return null
}

function isIn(tree: Tree, { pid, startTime }: ProcessId): boolean {
  return tree.get(pid)?.startTime === startTime
}
