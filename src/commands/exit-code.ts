/** What the process exits with; scripts and service managers rely on the figures. */
export const exitCode = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  /** EX_CONFIG of sysexits.h. */
  wrongConfiguration: 78,
  /** 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const
