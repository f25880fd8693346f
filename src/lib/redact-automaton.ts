/**
 * Finds many patterns in one pass over bytes (Aho–Corasick). A state is a number; 0 is "nothing begun". The first states
 * in breadth-first order, where text spends nearly all its time, have a full row of transitions; the deeper ones a list of
 * children and a link to the next shorter suffix. So it is fast, and its size grows with the patterns only.
 */
export interface Automaton {
  /** The state after one more byte. */
  step(state: number, byte: number): number
  /** How many of the last bytes may be the beginning of a pattern. */
  readonly depth: Int32Array
  /** Length of the longest pattern that ends in this state; 0 for none. */
  readonly matched: Int32Array
  readonly rows: Int32Array
  /** States below this number have a row. */
  readonly rowCount: number
}

const MAX_ROWS = 1_024

export function automaton(patterns: readonly Uint8Array[]): Automaton {
  const trie = breadthFirst(grow(patterns))
  const rowCount = Math.min(trie.size, MAX_ROWS)
  const fail = new Int32Array(trie.size)
  const rows = new Int32Array(rowCount * 256)
  const step = stepper(trie, fail, { rows, rowCount })
  for (let state = 0; state < trie.size; state++) {
    if (state < rowCount) fillRow(trie, state, { rows, base: fail[state] ?? 0 })
    for (let child = at(trie.child, state); child !== 0; child = at(trie.sibling, child)) {
      // Rows of shallower states are complete by now, and the link of `state` leads to one.
      fail[child] = state === 0 ? 0 : step(at(fail, state), at(trie.byte, child))
    }
    const longestShorter = at(trie.matched, at(fail, state))
    if (trie.matched[state] === 0) trie.matched[state] = longestShorter
  }
  return { step, depth: trie.depth, matched: trie.matched, rows, rowCount }
}

interface Trie {
  readonly size: number
  readonly byte: Int32Array
  readonly child: Int32Array
  readonly sibling: Int32Array
  readonly depth: Int32Array
  readonly matched: Int32Array
}

interface Growing {
  readonly byte: number[]
  readonly child: number[]
  readonly sibling: number[]
  readonly ends: boolean[]
}

function grow(patterns: readonly Uint8Array[]): Growing {
  const trie: Growing = { byte: [0], child: [0], sibling: [0], ends: [false] }
  for (const pattern of patterns) {
    let state = 0
    for (const byte of pattern) state = childOf(trie, state, byte) || addChild(trie, state, byte)
    trie.ends[state] = true
  }
  return trie
}

function childOf(trie: Pick<Growing, 'byte' | 'child' | 'sibling'>, state: number, byte: number): number {
  let child = trie.child[state] ?? 0
  while (child !== 0 && trie.byte[child] !== byte) child = trie.sibling[child] ?? 0
  return child
}

function addChild(trie: Growing, state: number, byte: number): number {
  const added = trie.byte.length
  trie.byte.push(byte)
  trie.child.push(0)
  trie.sibling.push(trie.child[state] ?? 0)
  trie.ends.push(false)
  trie.child[state] = added
  return added
}

/** The same tree with its states numbered level by level. */
function breadthFirst(grown: Growing): Trie {
  const size = grown.byte.length
  const column = () => new Int32Array(size)
  const trie = { size, byte: column(), child: column(), sibling: column(), depth: column(), matched: column() }
  const order = [0]
  for (let state = 0; state < order.length; state++) {
    const old = order[state] ?? 0
    const depth = at(trie.depth, state)
    trie.byte[state] = grown.byte[old] ?? 0
    trie.matched[state] = grown.ends[old] ? depth : 0
    for (let child = grown.child[old] ?? 0; child !== 0; child = grown.sibling[child] ?? 0) {
      const added = order.push(child) - 1
      trie.depth[added] = depth + 1
      trie.sibling[added] = at(trie.child, state)
      trie.child[state] = added
    }
  }
  return trie
}

interface Rows {
  readonly rows: Int32Array
  readonly rowCount: number
}

function stepper(trie: Trie, fail: Int32Array, { rows, rowCount }: Rows): Automaton['step'] {
  const { child, sibling, byte: byteOf } = trie
  return (from, byte) => {
    let state = from
    while (state >= rowCount) {
      let next = child[state] as number
      while (next !== 0 && byteOf[next] !== byte) next = sibling[next] as number
      if (next !== 0) return next
      state = fail[state] as number
    }
    return rows[(state << 8) | byte] as number
  }
}

/** A row is that of the next shorter suffix, with this state's own children over it. */
function fillRow(
  trie: Trie,
  state: number,
  { rows, base }: { readonly rows: Int32Array; readonly base: number },
): void {
  if (state !== 0) rows.copyWithin(state * 256, base * 256, base * 256 + 256)
  for (let child = at(trie.child, state); child !== 0; child = at(trie.sibling, child)) {
    rows[state * 256 + at(trie.byte, child)] = child
  }
}

function at(array: Int32Array, index: number): number {
  return array[index] ?? 0
}
