const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
}

/** Why the operating system refused to read a file, in a few words. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return 'it can not be read'
  const code = String(error.code)
  return reasons[code] ?? code
}
