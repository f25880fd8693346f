import type { Message, Recipient } from '../domain/notice.ts'
import { calledHere } from './payload.ts'

/** A message for people who read plain text. */
export function textOf({ lines, people, url }: Message, names: Recipient['people']): string {
  const who = people.map((name) => calledHere(name, names)).join(', ')
  return [...lines, '', ...(who === '' ? [] : [`For: ${who}`]), url, ''].join('\n')
}
