import { Database } from '../../../../src/store/database.ts'
import { Facts } from '../../../../src/store/facts.ts'
import type { MakeInvariant } from '../view.ts'

const genesis = '0'.repeat(64)

/** I-32, I-34, design 12: facts follow from each other and are never lost, and their times only rise. */
export const journal: MakeInvariant = ({ records, disk, broken }) => {
  let head = { seq: 0, hash: genesis, at: 0 }
  const stored = disk.prepare('SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1')
  const nothingLost = () => {
    const row = stored.get()
    if (Number(row?.seq ?? 0) !== head.seq || String(row?.hash ?? genesis) !== head.hash)
      broken('I-34', `fact ${head.seq} was durable, and the store ends with ${row?.seq ?? 'none'}`)
  }
  return {
    committed({ facts }) {
      for (const { seq, previous, hash, at } of facts) {
        if (seq !== head.seq + 1 || previous !== head.hash)
          broken('I-32', `fact ${seq} does not follow from fact ${head.seq}`)
        if (at < head.at) broken('I-32', `fact ${seq} is older than the one before it`)
        head = { seq, hash, at }
      }
    },
    crashed: nothingLost,
    atEnd() {
      nothingLost()
      const problem = new Facts(new Database(disk.raw)).verify()
      if (problem !== null) broken('I-32', `fact ${problem.seq} ${problem.problem}`)
      if (records.facts.length !== head.seq) broken('I-32', 'facts were lost')
    },
  }
}
