import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemReason } from './system-reason.ts'

/** Where substitutions take their values from. */
export interface SubstitutionSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that the paths of `${file:PATH}` are relative to. */
  readonly folder: string
}

/** Why a substitution could not be replaced. */
export interface SubstitutionProblem {
  readonly reason: string
  readonly hint: string
}

/** A text with its substitutions replaced. */
export interface Substituted {
  /** undefined where the whole text is one `${NAME:-}` without a value: its key counts as left out. */
  readonly text: string | undefined
  /** The substitutions that were replaced, as they are written but without defaults: `${NAME}`, `${file:PATH}`. */
  readonly from: readonly string[]
  readonly problems: readonly SubstitutionProblem[]
}

const substitution = /(\$?)\$\{([^}]*)(\}?)/g
const variablePattern = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s

/**
 * Replaces every `${NAME}`, `${NAME:-default}` and `${file:PATH}` of `text`; `$${` stands for a literal `${`.
 * What is put in is not read again, so a value that holds `${…}` stays as it is. As in a shell, the default is taken
 * where the variable is not set or empty. A file's trailing newlines are trimmed.
 */
export function substitute(text: string, sources: SubstitutionSources): Substituted {
  const from: string[] = []
  const problems: SubstitutionProblem[] = []
  const replaced = text.replaceAll(substitution, (whole, dollar: string, inner: string, end: string) => {
    if (dollar !== '') return whole.slice(1)
    const value = end === '' ? notOne : replacement(inner, sources)
    if (typeof value !== 'string') {
      problems.push(value)
      return ''
    }
    from.push(`\${${variablePattern.exec(inner)?.[1] ?? inner}}`)
    return value
  })
  const isLeftOut = replaced === '' && problems.length === 0 && /^\$\{[^}]*:-\}$/.test(text)
  return { text: isLeftOut ? undefined : replaced, from, problems }
}

const notOne: SubstitutionProblem = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text shows the configuration's own syntax
  reason: 'expected a substitution: ${NAME}, ${NAME:-default} or ${file:PATH}',
  hint: 'a literal ${ is written $${',
}

function replacement(inner: string, { env, folder }: SubstitutionSources): string | SubstitutionProblem {
  if (inner.startsWith('file:')) return fileText(inner.slice('file:'.length), folder)
  const [, variable, fallback] = variablePattern.exec(inner) ?? []
  if (variable === undefined) return notOne
  const value = env[variable]
  if (fallback !== undefined && (value === undefined || value === '')) return fallback
  if (value !== undefined) return value
  return {
    reason: `the environment variable ${variable} is not set`,
    hint: `set it, or give a default: \${${variable}:-…}`,
  }
}

function fileText(path: string, folder: string): string | SubstitutionProblem {
  try {
    return readFileSync(resolve(folder, path), 'utf8').replace(/[\r\n]+$/, '')
  } catch (error) {
    return { reason: `can't read the file ${path}: ${systemReason(error)}`, hint: `paths are relative to ${folder}` }
  }
}
