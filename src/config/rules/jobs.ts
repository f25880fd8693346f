import { cellsOf } from '../../domain/jobs.ts'
import type { MatrixSpec } from '../../domain/spec.ts'
import { type Rule, wrong, wrongKey } from './rule.ts'

const cellsAtMost = 256

export const matrixSize: Rule = ({ spec }) =>
  spec.checks.flatMap(({ name, matrix }) => {
    if (matrix === null) return []
    const cells = cellCount(matrix)
    const path = ['checks', name, 'matrix']
    if (cells === 0) return [wrong(path, 'a matrix without a cell', 'at least one value for each axis, or include')]
    if (cells <= cellsAtMost) return []
    return [wrong(path, `a matrix of ${cells} cells`, `at most ${cellsAtMost}`)]
  })

export const serviceWay: Rule = ({ file }) =>
  Object.entries(file.checks).flatMap(([check, { services }]) =>
    Object.entries(services).flatMap(([name, { command, image }]) => {
      if ((command === undefined) !== (image === undefined)) return []
      const found = command === undefined ? 'a service with nothing to run' : 'both a command and an image'
      return [wrongKey(['checks', check, 'services', name], found, 'either command or image')]
    }),
  )

/** Multiplied first: unfolding a million cells to count them would take the server down. */
function cellCount(matrix: MatrixSpec): number {
  const product = Object.values(matrix.axes).reduce((cells, values) => cells * values.length, 1)
  return product > 10_000 ? product : cellsOf(matrix).length
}
