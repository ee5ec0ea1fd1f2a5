interface CompatCode {
  readonly status: number;
  /** What is said where the refusal has no better words. */
  readonly message: string;
}

/**
 * Every code that the Aliyun-compatible API answers of itself: the one table (`docs/reference/compat.md` is held
 * equal to it). Names without `waystation.` are Aliyun's own, with the status that Aliyun gives them; what a
 * provider refuses keeps the provider's code. A status of 500 or more makes old clients send again by themselves:
 * only a message of which nothing was written may have one.
 */
export const compatCodes = {
  OK: { status: 200, message: 'OK' },
  'isv.MOBILE_NUMBER_ILLEGAL': { status: 200, message: 'A phone number is not a valid one.' },
  'isv.MOBILE_COUNT_OVER_LIMIT': { status: 200, message: 'A request takes at most 1000 phone numbers.' },
  'isv.INVALID_PARAMETERS': {
    status: 200,
    message: 'PhoneNumberJson, SignNameJson and TemplateParamJson must have as many items as each other.',
  },
  'isv.INVALID_JSON_PARAM': {
    status: 200,
    message: 'TemplateParam must be a JSON object of names and values that are text or numbers.',
  },
  'isv.BUSINESS_LIMIT_CONTROL': {
    status: 200,
    message: 'Texts to this number are limited for a while; nothing was sent.',
  },
  'Missing*': { status: 400, message: 'A parameter is mandatory for this action.' },
  InvalidParameter: { status: 400, message: 'A parameter has a value that is not allowed.' },
  IncompleteSignature: {
    status: 400,
    message: 'The request signature does not conform to Aliyun standards.',
  },
  InvalidSignatureMethod: { status: 400, message: 'Specified parameter SignatureMethod is not valid.' },
  InvalidSignatureVersion: { status: 400, message: 'Specified parameter SignatureVersion is not valid.' },
  'InvalidTimeStamp.Format': {
    status: 400,
    message: 'Specified time stamp or date value is not well formatted.',
  },
  'InvalidTimeStamp.Expired': { status: 400, message: 'Specified time stamp or date value is expired.' },
  SignatureDoesNotMatch: {
    status: 400,
    message: 'Specified signature is not matched with our calculation.',
  },
  SignatureNonceUsed: { status: 400, message: 'Specified signature nonce was used already.' },
  'InvalidAccessKeyId.NotFound': { status: 404, message: 'Specified access key is not found.' },
  'InvalidAction.NotFound': {
    status: 404,
    message: 'Specified api is not found, please check your url and method.',
  },
  InvalidVersion: {
    status: 404,
    message: 'Specified parameter Version is not valid: it must be 2017-05-25.',
  },
  'Throttling.User': {
    status: 400,
    message: 'More messages than the strategy allows; nothing was sent.',
  },
  UnsupportedHTTPMethod: { status: 405, message: 'This http method is not supported: use GET or POST.' },
  ServiceUnavailable: { status: 503, message: 'Nothing was sent.' },
  'waystation.Overloaded': {
    status: 503,
    message: 'The agent has more requests than it can serve; nothing was sent.',
  },
  'waystation.SendOutcomeUnknown': {
    status: 200,
    message: 'The message may or may not have been sent.',
  },
  'waystation.CallOutcomeUnknown': {
    status: 200,
    message: 'The action may or may not have been carried out.',
  },
  'waystation.MessageNotFound': {
    status: 200,
    message: 'No message with this BizId is known to this agent: it is too old, or another agent sent it.',
  },
  'waystation.NotSent': { status: 200, message: 'No channel took the message; nothing was sent.' },
  'waystation.BodyMalformed': { status: 400, message: 'The body is not well formed.' },
  'waystation.IdempotencyKeyInvalid': {
    status: 400,
    message: 'Idempotency-Key must be 1–255 visible ASCII characters without blanks.',
  },
  'waystation.TokenRequired': { status: 401, message: 'The token of the agent is missing or wrong.' },
  'waystation.CallerRefused': { status: 403, message: 'This caller may not use the port.' },
  'waystation.LocalKeysRequired': {
    status: 403,
    message:
      'This signed URL could have come from any web page: start the agent with --local-keys FILE, which checks signatures, or with --local-keys any.',
  },
  'waystation.SendInProgress': {
    status: 409,
    message: 'A message with this Idempotency-Key is still under way.',
  },
  'waystation.IdempotencyKeyReused': {
    status: 422,
    message: 'This Idempotency-Key was used for another message.',
  },
  'waystation.BodyTimeout': { status: 408, message: 'The body did not arrive in time.' },
  'waystation.BodyTooLarge': { status: 413, message: 'The body is too large.' },
  'waystation.UrlTooLong': { status: 414, message: 'The URL has more than 65536 bytes.' },
  'waystation.HeadersTooLarge': { status: 431, message: 'The URL and headers are too large.' },
  'waystation.ContentTypeNotSupported': {
    status: 415,
    message: 'A body must be application/x-www-form-urlencoded, and not compressed.',
  },
} as const satisfies Record<string, CompatCode>;

/** A code of the table. */
export type CompatCodeName = keyof typeof compatCodes;
