import type { Random } from '../random.ts'

/** {"typ":"passport","alg":"ES256"} */
const header = 'eyJ0eXAiOiJwYXNzcG9ydCIsImFsZyI6IkVTMjU2In0'

/** A token that looks like a signed SHAKEN passport (RFC 8588), as `user_data.identity` holds one; shorter than real ones. */
export function identityToken(random: Random, issuedAtSeconds: number): string {
  const claims = Buffer.from(`{"iat":${issuedAtSeconds}}`).toString('base64url')
  return `${header}.${claims}.${random.hex(24)};alg=ES256;ppt=shaken`
}
