/** One record as it is written to Kafka. */
export interface TopicRecord {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | string
  /** null is a tombstone. */
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, string>> | undefined
}
