/** What people type and read of one command; what it does stands in `handlers.ts`. */
export interface CommandSpec {
  /** The words that call it, `topics plan`. */
  readonly words: string
  readonly summary: string
  readonly arguments?: readonly { readonly name: string; readonly meaning: string }[]
  readonly options?: readonly OptionSpec[]
  /** Whether it takes `--json`. */
  readonly printsJson?: boolean
  /** Command lines without the program's name. */
  readonly examples: readonly string[]
}

/** An option that takes one word: one of `choices`, or where there are none a whole number of at least 1. */
export interface OptionSpec {
  /** Its name without dashes. */
  readonly name: string
  readonly meaning: string
  readonly choices?: readonly string[]
  readonly standard: string
}

/** What the commands of several words are about, by their first word. */
export const groups: Readonly<Record<string, string>> = {
  topics: 'the topics that Ringtail needs',
  schemas: 'the schemas of the events',
  config: 'the configuration file',
}

const topicFormat: OptionSpec = {
  name: 'format',
  meaning: 'what is printed: a list, or custom resources for the Strimzi operator',
  choices: ['kafka', 'strimzi'],
  standard: 'kafka',
}

/** Every command, in the order of the help. */
export const commands = [
  {
    words: 'run',
    summary: 'poll the sources and publish what is new or changed, until SIGTERM or SIGINT',
    examples: ['run', 'run --config /etc/ringtail/ringtail.yaml'],
  },
  {
    words: 'check',
    summary: 'ask every provider, broker and registry what `run` would need; changes nothing',
    printsJson: true,
    examples: ['check', 'check --json'],
  },
  {
    words: 'peek',
    summary: 'read a few records of a source and print them raw and normalized; no Kafka',
    arguments: [{ name: 'source', meaning: 'the name of a configured source' }],
    options: [{ name: 'count', meaning: 'how many records', standard: '3' }],
    printsJson: true,
    examples: ['peek carrierx-main', 'peek carrierx-main --json'],
  },
  {
    words: 'inspect',
    summary: 'show a record as the provider has it now, and what was published of it',
    arguments: [
      { name: 'source', meaning: 'the name of a configured source' },
      { name: 'id', meaning: 'the id that the provider gave the record' },
    ],
    printsJson: true,
    examples: ['inspect carrierx-main 3f0c2a9e'],
  },
  {
    words: 'topics plan',
    summary: 'show what `topics apply` would do',
    options: [topicFormat],
    printsJson: true,
    examples: ['topics plan', 'topics plan --format strimzi > topics.yaml'],
  },
  {
    words: 'topics apply',
    summary: 'create the topics that are missing; changes none that is there',
    printsJson: true,
    examples: ['topics apply'],
  },
  {
    words: 'schemas check',
    summary: 'ask the registry whether it takes our schemas; changes nothing',
    printsJson: true,
    examples: ['schemas check'],
  },
  {
    words: 'schemas register',
    summary: 'register our schemas',
    printsJson: true,
    examples: ['schemas register'],
  },
  {
    words: 'config schema',
    summary: 'print the JSON Schema of the configuration file',
    examples: ['config schema > ringtail.schema.json'],
  },
] as const satisfies readonly CommandSpec[]

/** The words that call a command. */
export type CommandWords = (typeof commands)[number]['words']
