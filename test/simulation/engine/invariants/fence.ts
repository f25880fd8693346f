import type { MakeInvariant } from '../view.ts'

/** I-14, and the half of I-5 of the design: a target hears of a command only after its intent is durable, and numbers rise. */
export const fence: MakeInvariant = ({ records, broken }) => {
  const newest = new Map<string, number>()
  let claimed = 0
  return {
    committed({ claims }) {
      for (const number of claims) {
        if (number <= claimed) broken('I-14', `a command goes out under number ${number} after number ${claimed}`)
        claimed = number
      }
    },
    happened(happening) {
      if (happening.what !== 'admitted') return
      const { order, verb } = happening
      if (!records.claimed.has(order.number))
        broken('intent', `${verb} on ${order.track} under number ${order.number}, which nobody has claimed durably`)
      const before = newest.get(order.track) ?? 0
      if (order.number < before)
        broken('I-14', `${verb} on ${order.track} under number ${order.number} after number ${before}`)
      newest.set(order.track, order.number)
    },
  }
}
