/**
 * How anything ends, and only so: *failed* is their doing (their command or check said no), *errored* is ours or the
 * world's, *aborted* was a person or a newer run.
 */
export type Outcome = 'succeeded' | 'failed' | 'errored' | 'aborted'
