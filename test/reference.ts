import { httpPage } from '../src/api/reference.ts'
import { driverOptions } from '../src/app/drivers.ts'
import { errorsPage } from '../src/app/reference.ts'
import { cliPage } from '../src/cli/reference.ts'
import { jsonSchemaFile } from '../src/config/json-schema.ts'
import { configPage } from '../src/config/reference.ts'

/** Everything under docs/reference is printed. `bin/reference` writes these, reference.test.ts sees that they are current. */
export const pages: readonly { readonly file: string; readonly print: () => string }[] = [
  { file: 'docs/reference/cli.md', print: cliPage },
  { file: 'docs/reference/config.md', print: () => configPage(driverOptions) },
  { file: 'docs/reference/errors.md', print: errorsPage },
  { file: 'docs/reference/http.md', print: httpPage },
  { file: 'docs/reference/signalbox.schema.json', print: jsonSchemaFile },
]
