// A reporter for node --test that is silent about what passes and brief about what does not.
import { Transform } from 'node:stream'

// biome-ignore lint/style/noDefaultExport: the test runner takes a reporter's default export
export default new Transform({
  writableObjectMode: true,
  transform(event, _, callback) {
    const error = event.data?.details?.error
    const isLeaf = event.type === 'test:fail' && error?.failureType !== 'subtestsFailed'
    callback(null, isLeaf ? `${event.data.name}\n  ${told(error)}\n` : null)
  },
})

function told(error) {
  const cause = error?.cause ?? error
  return String(cause?.message ?? cause).replaceAll('\n', '\n  ')
}
