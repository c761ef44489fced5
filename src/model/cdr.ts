/** Symbols of the enums in `schemas/`; UNKNOWN is the default of each. */
export type Channel = 'VOICE' | 'SMS' | 'CHAT' | 'FAX' | 'LOOKUP' | 'OTHER' | 'UNKNOWN'
export type Direction = 'INBOUND' | 'OUTBOUND' | 'INTERNAL' | 'UNKNOWN'
export type Granularity = 'CALL' | 'LEG' | 'INTERACTION' | 'UNKNOWN'
export type TimePrecision = 'MILLISECOND' | 'SECOND' | 'MINUTE' | 'DAY' | 'UNKNOWN'
export type MediaState = 'AVAILABLE' | 'PENDING' | 'NONE' | 'UNKNOWN'
export type Disposition =
  | 'ANSWERED'
  | 'NO_ANSWER'
  | 'BUSY'
  | 'FAILED'
  | 'REJECTED'
  | 'ABANDONED'
  | 'CANCELLED'
  | 'VOICEMAIL'
  | 'IN_PROGRESS'
  | 'DELIVERED'
  | 'NOT_DELIVERED'
  | 'COMPLETED'
  | 'UNKNOWN'

/** A recording that a CDR names. */
export interface RecordingRef {
  readonly id: string | null
  readonly url: string | null
}

/**
 * What a provider's record says, in the words of `schemas/telecom.cdr.v1.avsc`, without the head that the ledger adds.
 * Times are milliseconds since 1970 in UTC, durations milliseconds, money decimal text; null is "not said".
 */
export interface CdrFields {
  readonly sourceUpdatedAt: number | null
  readonly recordId: string
  readonly callId: string
  readonly interactionId: string | null
  readonly parentCallId: string | null
  readonly otherLegId: string | null
  readonly granularity: Granularity
  readonly channel: Channel
  readonly direction: Direction
  readonly typeRaw: string | null
  readonly fromRaw: string
  readonly toRaw: string
  readonly fromE164: string | null
  readonly toE164: string | null
  readonly fromName: string | null
  readonly toName: string | null
  readonly dialedNumber: string | null
  readonly billingNumber: string | null
  readonly agentId: string | null
  readonly agentName: string | null
  readonly queueId: string | null
  readonly queueName: string | null
  readonly ownerId: string | null
  readonly startTime: number | null
  readonly answerTime: number | null
  readonly endTime: number | null
  readonly timePrecision: TimePrecision
  readonly sourceTimezone: string | null
  readonly derivedFields: readonly string[]
  readonly durationMs: number | null
  readonly talkMs: number | null
  readonly billableMs: number | null
  readonly ringMs: number | null
  readonly queueMs: number | null
  readonly disposition: Disposition
  readonly dispositionRaw: string | null
  readonly hangupCause: string | null
  readonly sipCode: number | null
  readonly hangupParty: string | null
  readonly wrapUpCode: string | null
  readonly costAmount: string | null
  readonly costCurrency: string | null
  readonly rateAmount: string | null
  readonly recordingState: MediaState
  readonly transcriptState: MediaState
  readonly recordingRefs: readonly RecordingRef[]
  readonly extra: Readonly<Record<string, string>>
  readonly rawPayload: string | null
}
