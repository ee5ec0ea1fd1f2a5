/** Why a request is refused, in the provider's words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** HTTP status; 200 for codes of the service behind the gateway. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The gateway's own codes with the status and words they come with; the service's codes come with 200. */
const GATEWAY_CODES: Readonly<Record<string, readonly [status: number, message: string]>> = {
  'InvalidAction.NotFound': [404, 'Specified api is not found, please check your url and method.'],
  InvalidVersion: [404, 'Specified parameter Version is not valid.'],
  'InvalidAccessKeyId.NotFound': [404, 'Specified access key is not found.'],
  'InvalidAccessKeyId.Inactive': [400, 'Specified access key is disabled.'],
  SignatureDoesNotMatch: [400, 'Specified signature is not matched with our calculation.'],
  SignatureNonceUsed: [400, 'Specified signature nonce was used already.'],
  IncompleteSignature: [400, 'The request signature does not conform to Aliyun standards.'],
  'InvalidTimeStamp.Expired': [400, 'Specified time stamp or date value is expired.'],
  'InvalidTimeStamp.Format': [400, 'Specified time stamp or date value is not well formatted.'],
  MissingSecurityToken: [400, 'SecurityToken is mandatory for this action.'],
  'InvalidSecurityToken.Expired': [400, 'Specified SecurityToken is expired.'],
  'InvalidSecurityToken.Malformed': [400, 'Specified SecurityToken is malformed.'],
  'InvalidSecurityToken.MismatchWithAccessKey': [400, 'Specified SecurityToken mismatch with the AccessKey.'],
  'Forbidden.RAM': [
    403,
    'User not authorized to operate on the specified resource, or this API does not support RAM.',
  ],
  NoPermission: [403, 'You are not authorized to do this action.'],
  Forbidden: [403, 'User not authorized to operate on the specified resource.'],
  Throttling: [400, 'Request was denied due to request throttling.'],
  'Throttling.User': [400, 'Request was denied due to user flow control.'],
  'Throttling.Api': [400, 'Request was denied due to api flow control.'],
  ServiceUnavailable: [503, 'The request has failed due to a temporary failure of the server.'],
  ServiceUnavailableTemporary: [503, 'Service is unavailable temporarily, please try again later.'],
  InternalError: [500, 'The request processing has failed due to some unknown error.'],
  UnknownError: [500, 'The request processing has failed due to some unknown error.'],
  RequestTooLarge: [413, 'The request is larger than this endpoint takes.'],
  UnsupportedHTTPMethod: [405, 'This http method is not supported.'],
};

/** A refusal with the status and words that its code has, unless others are given. */
export function refuse(
  code: string,
  message?: string,
  extra: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Refusal {
  const ofGateway = /^(?:Missing|Invalid|Throttling\b)/.test(code);
  const known = GATEWAY_CODES[code] ?? [ofGateway ? 400 : 200, code];
  return {
    code,
    message: message ?? known[1],
    status: extra.status ?? known[0],
    ...(extra.headers === undefined ? {} : { headers: extra.headers }),
  };
}

/** The refusal for a parameter that must be there and is not. */
export function missing(parameter: string): Refusal {
  return refuse(`Missing${parameter}`, `${parameter} is mandatory for this action.`, { status: 400 });
}
