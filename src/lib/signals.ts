/** The number a shell adds to 128 when a signal ends a program: of those that programs are ended with. */
const numbers: Readonly<Record<string, number>> = {
  ...{ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGABRT: 6, SIGBUS: 7 },
  ...{ SIGFPE: 8, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15 },
}

/** The exit code a shell gives for a program that this signal ended; null when it is none of those. */
export function exitCodeOfSignal(signal: string): number | null {
  const number = Object.hasOwn(numbers, signal) ? numbers[signal] : undefined
  return number === undefined ? null : 128 + number
}

/** The signal by which a program ended, as a shell tells it in the exit code; null when the program ended by itself. */
export function signalOfExitCode(code: number): string | null {
  return Object.keys(numbers).find((signal) => numbers[signal] === code - 128) ?? null
}
