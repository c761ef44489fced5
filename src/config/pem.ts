import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { Secret } from '../model/secret.ts'
import { text } from './scalars.ts'
import { systemReason } from './system-reason.ts'

const start = '-----BEGIN'

/** A PEM text, or the path of a file with one, relative to `folder`; its output is the PEM text. */
export function pemText(folder: string) {
  return text.transform((value, context) => {
    if (value.startsWith(start)) return value
    const read = readPem(resolve(folder, value))
    if (read.pem !== undefined) return read.pem
    context.addIssue({ code: 'custom', message: `expected a PEM text or the path of one: ${read.reason}` })
    return z.NEVER
  })
}

/** As `pemText`, for a private key. */
export function pemSecret(folder: string) {
  return pemText(folder)
    .transform((value) => new Secret(value))
    .meta({ writeOnly: true })
}

function readPem(path: string): { readonly pem?: string; readonly reason?: string } {
  try {
    const pem = readFileSync(path, 'utf8')
    return pem.includes(start) ? { pem } : { reason: `the file holds no ${start}` }
  } catch (error) {
    return { reason: systemReason(error) }
  }
}
