import { type Files, read } from './files.ts'

const names = ['server', 'index', 'app', 'main', 'src/server', 'src/index', 'src/app', 'src/main']

/** The main file of an app whose package.json names none. */
export function usualMain(files: Files): string | null {
  const paths = names.flatMap((name) => ['js', 'mjs', 'cjs', 'ts'].map((suffix) => `${name}.${suffix}`))
  return paths.find((path) => listens(read(files, path))) ?? null
}

/** Whether a source opens a server. */
export function listens(source: string): boolean {
  return /\.listen\(|createServer\(|\bserve\(/.test(source)
}
