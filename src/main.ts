#!/usr/bin/env node
import process from 'node:process'
import { runCommandLine } from './commands/command-line.ts'
import { exitCode } from './commands/exit-code.ts'
import { version } from './version.ts'

const stop = new AbortController()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(exitCode.interrupted)
    stop.abort(new Error(`stopped by ${signal}`))
  })
}

// A reader that has seen enough, such as `head`, closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCode.done : exitCode.failed)
})

process.exitCode = await runCommandLine(process.argv.slice(2), version, {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  isTty: process.stdout.isTTY === true,
  signal: stop.signal,
})

// A command that is done does not wait for a connection that nobody closed.
setTimeout(() => process.exit(), 1000).unref()
