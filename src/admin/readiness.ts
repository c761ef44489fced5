/** A thing that must be so before the process is ready, and whether it is. */
export interface ReadinessCheck {
  readonly name: string
  readonly ready: boolean
  /** Why not, or what is waited for. */
  readonly detail: string
}

/** Answers whether this process is ready: in the group, its partitions restored, every feed started. */
export type Readiness = () => readonly ReadinessCheck[]
