/** How a message's body ends: after so many bytes (0 and up), or one of these two. */
export type Framing = number
export const chunked: Framing = -1
/** When the sender closes. Answers only. */
export const untilClose: Framing = -2
