import { type Files, has, inFolder, read, toRoot } from './files.ts'

export interface Python {
  /** The interpreter that has the packages, from the folder of the app. */
  readonly python: string
  /** What installs them, run in that folder. */
  readonly install: readonly string[]
  readonly guess: string
}

/** How a Python app gets its packages. A tool finds them through `python -m`: scripts in a moved virtual environment do not start. */
export function pythonOf(files: Files, folder: string, needs: readonly string[]): Python {
  const file = (name: string) => has(files, inFolder(folder, name)) || has(files, name)
  if (file('uv.lock')) return locked('uv.lock', 'uv sync --frozen', needs)
  if (file('poetry.lock')) return locked('poetry.lock', 'POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install', needs)
  if (file('Pipfile.lock')) return locked('Pipfile.lock', 'PIPENV_VENV_IN_PROJECT=1 pipenv sync', needs)
  const requirements = [inFolder(folder, 'requirements.txt'), 'requirements.txt'].find((path) => has(files, path))
  if (requirements !== undefined) {
    const path = requirements === 'requirements.txt' ? `${toRoot(folder)}requirements.txt` : 'requirements.txt'
    return withVenv(`-r ${path}`, read(files, requirements), needs)
  }
  if (has(files, inFolder(folder, 'pyproject.toml'))) {
    return withVenv('.', read(files, inFolder(folder, 'pyproject.toml')), needs)
  }
  const packages = needs.map((name) => debianNames[name] ?? name).join(' ')
  return {
    python: 'python3',
    install: [],
    guess: `No list of packages was found, so the machine's own python3 is used, with ${needs.join(' and ')} from its packages; on Debian: apt install ${packages}`,
  }
}

const debianNames: Readonly<Record<string, string>> = { django: 'python3-django', uvicorn: 'python3-uvicorn' }

const interpreter = '.venv/bin/python'

function locked(file: string, install: string, needs: readonly string[]): Python {
  return {
    python: interpreter,
    install: [install],
    guess: `${file} was found: packages are installed into .venv with "${install}"; ${needs.join(', ')} must be among them.`,
  }
}

function withVenv(what: string, list: string, needs: readonly string[]): Python {
  const missing = needs.filter((name) => !new RegExp(`\\b${name}\\b`, 'i').test(list))
  return {
    python: interpreter,
    install: [
      'python3 -m venv .venv',
      `${interpreter} -m pip install --disable-pip-version-check ${[what, ...missing].join(' ')}`,
    ],
    guess:
      missing.length === 0
        ? `Packages are installed into .venv, which becomes part of the release (on Debian: apt install python3-venv).`
        : `Packages are installed into .venv, which becomes part of the release (on Debian: apt install python3-venv); ${missing.join(' and ')} too, which the list lacks.`,
  }
}

/** Tools that are Python modules: a Procfile names them as if they were on the path. */
const modules = [
  'gunicorn',
  'celery',
  'uvicorn',
  'daphne',
  'hypercorn',
  'waitress-serve',
  'flask',
  'rq',
  'dramatiq',
  'pytest',
]

/** `gunicorn x` → `.venv/bin/python -m gunicorn x`; other commands stay as they are. */
export function pythonCommand(command: string, python: string): string {
  const [, tool = '', rest = ''] = /^(\S+)(.*)$/s.exec(command.trim()) ?? []
  if (/^python3?$/.test(tool)) return `${python}${rest}`
  return modules.includes(tool) ? `${python} -m ${tool.replace('waitress-serve', 'waitress')}${rest}` : command
}
