import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { exitCode } from './exit-code.ts'
import { printFailure } from './failure.ts'
import { type Handler, handlers } from './handlers.ts'
import { type CommandSpec, commands, groups, type OptionSpec } from './index.ts'
import type { Io } from './io.ts'
import { readSettings } from './read-settings.ts'

const epilogue = `
Examples:
  ringtail check
  ringtail run
  ringtail peek carrierx-main --json

Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.`

/** What the command line is run with; whether data is JSON is up to its words. */
export type CommandLineIo = Omit<Io, 'json'>

/** Carries out the command that `words` call, and resolves with the exit code of the process. Never throws. */
export async function runCommandLine(words: readonly string[], version: string, io: CommandLineIo): Promise<number> {
  let result: number = exitCode.done
  const program = programOf(version, io, (code) => {
    result = code
  })
  try {
    await program.parseAsync(words, { from: 'user' })
    return result
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.wrongUsage
    return printFailure(error, io, program.opts()['verbose'] === true)
  }
}

function programOf(version: string, io: CommandLineIo, done: (code: number) => void): Command {
  const program = new Command('ringtail')
    .description(
      'tail -f for your call records: polls telecom reporting APIs, publishes what is new or changed to Kafka',
    )
    .option('-c, --config <file>', 'the configuration', 'ringtail.yaml')
    .option('--verbose', 'show where failures come from')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', epilogue)
  for (const spec of commands) {
    addCommand(program, spec, handlers[spec.words], io, done)
  }
  return program
}

function addCommand(
  program: Command,
  spec: CommandSpec,
  handler: Handler,
  io: CommandLineIo,
  done: (code: number) => void,
): void {
  const words = spec.words.split(' ')
  const parent = words.length === 1 ? program : groupOf(program, words[0] ?? '')
  const command = parent.command(words.at(-1) ?? '').description(spec.summary)
  for (const { name, meaning } of spec.arguments ?? []) command.argument(`<${name}>`, meaning)
  for (const option of spec.options ?? []) command.addOption(optionOf(option))
  if (spec.printsJson === true) command.option('--json', 'print data for programs')
  command.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  ringtail ${example}`).join('\n')}`)
  command.action(async () => {
    const options = command.optsWithGlobals<Record<string, unknown>>()
    const call = {
      argument: (name: string) => command.args[spec.arguments?.findIndex((one) => one.name === name) ?? -1] ?? '',
      option: (name: string) => String(options[name]),
      settings: () => readSettings(String(options['config'])),
    }
    done(await handler(call, { ...io, json: options['json'] === true }))
  })
}

function optionOf({ name, meaning, choices, standard }: OptionSpec): Option {
  const option = new Option(`--${name} <${name}>`, meaning).default(standard)
  if (choices !== undefined) return option.choices(choices)
  return option.argParser((word) => {
    if (/^[1-9]\d{0,8}$/.test(word)) return word
    throw new InvalidArgumentError('Expected a whole number of at least 1.')
  })
}

function groupOf(program: Command, word: string): Command {
  const known = program.commands.find((command) => command.name() === word)
  return known ?? program.command(word).description(groups[word] ?? '')
}
