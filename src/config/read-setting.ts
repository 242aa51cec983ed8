import { readFileSync } from 'node:fs'
import type { Setting } from './setting.ts'

/** Either what the setting is (undefined: not given, and it has no default), or what is wrong with it. */
export type Reading = { readonly value: unknown } | { readonly problem: string }

/** Reads one setting from its variable, the file that NAME_FILE names, or its default. */
export function readSetting(env: NodeJS.ProcessEnv, name: string, row: Setting, required: boolean): Reading {
  const given = row.file ? fromVariableOrFile(env, name) : { value: env[name] }
  if ('problem' in given) return given
  const present = row.emptyCounts ? given.value !== undefined : (given.value ?? '') !== ''
  const text = present ? given.value : row.default
  if (text === undefined) {
    const orFile = row.file ? ` (or ${name}_FILE)` : ''
    return required ? { problem: `is missing${orFile}: expected ${row.expected}` } : { value: undefined }
  }
  const parsed = row.schema.safeParse(text)
  if (parsed.success) return { value: parsed.data }
  const is = row.secret || row.quiet ? 'is not as it should be' : `is ${JSON.stringify(text.slice(0, 80))}`
  return { problem: `${is}: expected ${row.expected}` }
}

function fromVariableOrFile(
  env: NodeJS.ProcessEnv,
  name: string,
): { readonly value: string | undefined } | { readonly problem: string } {
  const path = env[`${name}_FILE`]
  if (path === undefined || path === '') return { value: env[name] }
  if ((env[name] ?? '') !== '')
    return { problem: `is given twice, also as ${name}_FILE: expected one of the two` }
  try {
    // Editors and `echo` end a file with a line break that nobody means to be part of the secret.
    return { value: readFileSync(path, 'utf8').replace(/\r?\n$/, '') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { problem: `cannot be read from ${name}_FILE (${code}): expected the path of a readable file` }
  }
}
