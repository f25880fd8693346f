import type { CommandSpec } from './spec.ts'

/**
 * The words to run. A list is taken as it is. A line goes to `sh`, which expands `$PORT` and the like; when it is one
 * simple command, `exec` makes the command itself the process, so that signals reach it and not a shell around it.
 */
export function wordsOf(command: CommandSpec): readonly string[] {
  if (typeof command !== 'string') return command
  return ['/bin/sh', '-c', isSimple(command) ? `exec ${command}` : command]
}

/** No connective, redirection of blocks, assignment in front or builtin that `exec` could not stand before. */
function isSimple(command: string): boolean {
  return !/[;&|<>(){}`\n]|^\s*(\w+=|exec\b|cd\b|export\b|source\b|\.\s|set\b|if\b|for\b|while\b|case\b|!)/.test(command)
}
