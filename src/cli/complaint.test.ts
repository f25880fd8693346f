import assert from 'node:assert/strict'
import test from 'node:test'
import { Fault } from '../lib/fault.ts'
import { complaintOf } from './complaint.ts'

test('what went wrong first is told, not what then went wrong in tidying up', () => {
  const first = new Fault('project.unknown', { details: { project: 'shop' } })
  const attempt = () => {
    using _ = breaking('the folder is busy')
    using __ = breaking('the host does not end')
    throw first
  }
  assert.throws(attempt, (error) => {
    assert.ok(error instanceof SuppressedError)
    assert.deepEqual(complaintOf(error), complaintOf(first))
    return true
  })
})

function breaking(problem: string): Disposable {
  return {
    [Symbol.dispose]() {
      throw new Error(problem)
    },
  }
}
