interface ProblemKind {
  readonly status: number;
  /** The kind of problem in a few words; the same for every occurrence. */
  readonly title: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
}

/**
 * Every error that the API port answers: the one table of codes (`docs/reference/http.md` is held equal to it).
 * A code is never reused once published.
 */
export const problemTable = {
  REQUEST_MALFORMED: { status: 400, title: 'Not a well-formed HTTP request', retryable: false },
  REQUEST_HEADER_INVALID: {
    status: 400,
    title: 'A header has a value that is not allowed',
    retryable: false,
  },
  REQUEST_NOT_JSON: { status: 400, title: 'The body is not JSON', retryable: false },
  REQUEST_TOO_DEEP: { status: 400, title: 'The body is nested too deeply', retryable: false },
  REQUEST_UNAUTHENTICATED: { status: 401, title: 'The token is missing or wrong', retryable: false },
  REQUEST_FROM_BROWSER: { status: 403, title: 'Web pages may not send', retryable: false },
  REQUEST_HOST_REFUSED: { status: 403, title: 'The Host header names another host', retryable: false },
  REQUEST_NOT_FOUND: { status: 404, title: 'There is nothing at this path', retryable: false },
  MESSAGE_NOT_FOUND: { status: 404, title: 'The message is not among the recent ones', retryable: false },
  REQUEST_METHOD_NOT_ALLOWED: { status: 405, title: 'The path does not take this method', retryable: false },
  REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time', retryable: true },
  REQUEST_TOO_LARGE: { status: 413, title: 'The body is too large', retryable: false },
  REQUEST_CONTENT_TYPE: { status: 415, title: 'The body must be application/json', retryable: false },
  REQUEST_INVALID: { status: 422, title: 'Fields have values that are not allowed', retryable: false },
  REQUEST_HEADERS_TOO_LARGE: { status: 431, title: 'The URL and headers are too large', retryable: false },
  REQUEST_UNEXPECTED_FAILURE: { status: 500, title: 'A defect of the agent', retryable: false },
  SEND_IN_PROGRESS: { status: 409, title: 'The same key is still under way', retryable: true },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The key belongs to another message', retryable: false },
  SEND_REJECTED: { status: 422, title: 'The provider refuses the message', retryable: false },
  SEND_NUMBER_LIMITED: { status: 429, title: 'Too many texts to this number', retryable: true },
  SEND_LIMITED: { status: 429, title: 'More messages than the strategy allows', retryable: true },
  SEND_NO_CHANNEL: { status: 503, title: 'No channel could take the message', retryable: true },
  SEND_NO_STRATEGY: { status: 503, title: 'The agent has no strategy yet', retryable: true },
  SEND_NO_JOURNAL: { status: 503, title: 'The journal cannot take the message', retryable: true },
  SEND_OVERLOADED: { status: 503, title: 'The agent has more to do than it can', retryable: true },
  SEND_DEADLINE: { status: 503, title: 'The deadline came before anything was sent', retryable: true },
  SEND_EXPIRED: { status: 503, title: 'The time to deliver it by has come', retryable: true },
  SEND_OUTCOME_UNKNOWN: { status: 504, title: 'The message may or may not have been sent', retryable: false },
} as const satisfies Record<string, ProblemKind>;

/** A stable name of one kind of error of the API port. */
export type ProblemCode = keyof typeof problemTable;
