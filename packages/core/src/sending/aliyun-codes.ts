import type { OutcomeClass, OutcomeScope } from './outcome.ts';

/** What one code of Aliyun's SMS API means for an attempt. */
export interface AliyunCode {
  /** The code as answered; `*` at either end stands for anything, and the longest fitting row wins. */
  readonly code: string;
  readonly class: OutcomeClass;
  /** Absent: what the class excludes. */
  readonly excludes?: OutcomeScope;
  readonly means: string;
}

const rows = (outcomeClass: OutcomeClass, means: string, codes: readonly string[], excludes?: OutcomeScope) =>
  codes.map((code): AliyunCode => ({
    code,
    class: outcomeClass,
    means,
    ...(excludes === undefined ? {} : { excludes }),
  }));

/**
 * Every code that Aliyun documents for sending, the gateway's own codes, and the rules for those that nobody
 * documented. Sources: help.aliyun.com/document_detail/101346.html (API), 101347 (receipts), 48054 (gateway).
 */
export const aliyunCodes: readonly AliyunCode[] = [
  ...rows('accepted', 'the request was taken', ['OK']),

  ...rows('rejected', 'the number is not a valid one', ['isv.MOBILE_NUMBER_ILLEGAL']),
  ...rows('rejected', 'too many numbers in one request', ['isv.MOBILE_COUNT_OVER_LIMIT']),
  ...rows('rejected', 'a parameter is bad or missing', [
    'isv.INVALID_PARAMETERS',
    'isv.INVALID_JSON_PARAM',
    'PARAMS_ILLEGAL',
    'Missing*',
    'InvalidParameter*',
    'Invalid*',
  ]),
  ...rows('rejected', "the template's variables are not all given, or not as it wants them", [
    'isv.TEMPLATE_MISSING_PARAMETERS',
    'isv.TEMPLATE_PARAMS_ILLEGAL',
    'template_parameter_count_illegal',
  ]),
  ...rows('rejected', 'a variable is too long', ['isv.PARAM_LENGTH_LIMIT']),
  ...rows('rejected', 'a variable holds a URL', ['isv.PARAM_NOT_SUPPORT_URL']),
  ...rows('rejected', 'the content is not allowed', [
    'isv.SMS_CONTENT_ILLEGAL',
    'isv.UNSUPPORTED_CONTENT',
    'isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE',
  ]),
  ...rows('rejected', 'an international template cannot reach a mainland number', [
    'isv.DOMESTIC_NUMBER_NOT_SUPPORTED',
  ]),
  ...rows('rejected', 'a test sign or template allows only its test numbers and parameters', [
    'isv.SMS_TEST_NUMBER_LIMIT',
    'isv.SMS_TEST_SIGN_TEMPLATE_LIMIT',
    'isv.SMS_TEST_TEMPLATE_PARAMS_ILLEGAL',
  ]),
  ...rows('rejected', 'the extension code is not usable', [
    'isv.EXTEND_CODE_ERROR',
    'isv.ONE_CODE_MULTIPLE_SIGN',
    'isv.CODE_EXCEED_LIMIT',
    'isv.CODE_ERROR',
  ]),
  ...rows('rejected', 'the recipient is blacklisted or has unsubscribed', [
    'isv.BLACK_KEY_CONTROL_LIMIT',
    'isv.CUSTOMER_REFUSED',
  ]),
  ...rows('rejected', 'a code of the management calls, none of sending', [
    'isv.SIGN_COUNT_OVER_LIMIT',
    'isv.TEMPLATE_COUNT_OVER_LIMIT',
    'isv.SMS_OVER_LIMIT',
    'isv.ERROR_*',
    '*SHORTURL*',
  ]),
  ...rows('rejected', 'a code of delivery receipts that says the text was refused or did not arrive', [
    'MOBILE_NOT_ON_SERVICE',
    'MOBILE_SEND_LIMIT',
    'MOBILE_IN_BLACK',
    'MOBLLE_TERMINAL_ERROR',
    'MOBILE_ACCOUNT_ABNORMAL',
    'CONTENT_KEYWORD',
    'CONTENT_ERROR',
    'INVALID_NUMBER',
    'IS_CLOSE',
    'NO_ROUTE',
    'SP_UNKNOWN_ERROR',
    'SP_NOT_BY_INTER_SMS',
    'USER_REJECT',
    'PORT_NOT_REGISTERED',
  ]),
  ...rows('rejected', 'the message is refused for a reason that is not documented', ['isv.*']),

  ...rows('unprovisioned', 'the template is missing, not approved or not usable in this account', [
    'isv.SMS_TEMPLATE_ILLEGAL',
  ]),
  ...rows('unprovisioned', 'the sign is missing, not approved or not usable in this account', [
    'isv.SMS_SIGNATURE_ILLEGAL',
    'isv.SMS_SIGNATURE_SCENE_ILLEGAL',
    'isv.SMS_SIGN_ILLEGAL',
    'isv.SIGN_STATE_ILLEGAL',
    'isv.SIGN_NAME_ILLEGAL',
    'isv.SMS_SIGN_EMOJI_ILLEGAL',
    'isv.SIGN_SOURCE_ILLEGAL',
    'SIGNATURE_BLACKLIST',
  ]),

  ...rows('account', "the account's own daily or monthly cap is reached", [
    'isv.DAY_LIMIT_CONTROL',
    'isv.MONTH_LIMIT_CONTROL',
  ]),
  ...rows('account', 'the account cannot pay', [
    'isv.AMOUNT_NOT_ENOUGH',
    'isv.OUT_OF_SERVICE',
    'isv.BILLING_DEDUCTION_ERROR',
  ]),
  ...rows('account', 'the account does not exist, is frozen, or has not opened the service', [
    'isv.ACCOUNT_NOT_EXISTS',
    'isv.ACCOUNT_ABNORMAL',
    'isv.SECURITY_FROZEN_ACCOUNT',
    'isv.PRODUCT_UN_SUBSCRIPT',
    'isv.PRODUCT_UNSUBSCRIBE',
  ]),

  ...rows('throttled', 'flow control of the gateway', [
    'Throttling',
    'Throttling.User',
    'Throttling.Api',
    '*Throttling*',
  ]),

  ...rows('misconfigured', 'the signature is wrong: check the secret', [
    'SignatureDoesNotMatch',
    'IncompleteSignature',
    'InvalidSignatureMethod',
  ]),
  ...rows('misconfigured', 'the access key is unknown or disabled', [
    'InvalidAccessKeyId.NotFound',
    'InvalidAccessKeyId.Inactive',
    'InvalidAccessKeyId*',
  ]),
  ...rows('misconfigured', 'the security token has expired or does not belong to the key', [
    'InvalidSecurityToken.Expired',
    'InvalidSecurityToken.Malformed',
    'InvalidSecurityToken.MismatchWithAccessKey',
    'InvalidSecurityToken*',
  ]),
  ...rows('misconfigured', 'the key has no permission to send', [
    'isp.RAM_PERMISSION_DENY',
    'NoPermission',
    'Forbidden*',
  ]),
  ...rows(
    'misconfigured',
    "the clocks of this machine and the host differ by more than 15 minutes, even after the host's time was taken over",
    ['InvalidTimeStamp.Expired', 'InvalidTimeStamp*'],
    'channel',
  ),
  ...rows(
    'misconfigured',
    'the host does not serve this API: check the endpoint',
    [
      'InvalidVersion',
      'InvalidAction.NotFound',
      'InvalidApi.NotFound',
      'InvalidProduct.NotFound',
      'InvalidProtocol.NeedSsl',
      'UnsupportedHTTPMethod',
    ],
    'channel',
  ),
  ...rows(
    'misconfigured',
    'the host refuses the network that this machine sends from',
    ['isv.DENY_IP_RANGE'],
    'host',
  ),

  ...rows('limited', 'flow control of the phone number', ['isv.BUSINESS_LIMIT_CONTROL']),

  ...rows('unavailable', 'the gateway says that it cannot serve now', ['ServiceUnavailable']),

  ...rows('unknown', 'the gateway failed on the way to the sender', [
    'isp.SYSTEM_ERROR',
    'isp.GATEWAY_ERROR',
    'isp.*',
    'InternalError*',
  ]),
  ...rows('unknown', 'the nonce was seen before: an earlier copy of this request has arrived', [
    'SignatureNonceUsed',
  ]),
  ...rows('unknown', 'a code of delivery receipts that says the text went out', [
    'DELIVERED',
    'REQUEST_SUCCESS',
  ]),
];

/** The code that asks for the host's time and one more signature before it counts as an outcome. */
export const clockSkewCode = 'InvalidTimeStamp.Expired';

const exact = new Map(aliyunCodes.map((row) => [row.code, row]));
const patterns = aliyunCodes
  .filter((row) => row.code.includes('*'))
  .map((row) => ({ row, text: row.code.replaceAll('*', ''), anywhere: row.code.startsWith('*') }))
  .sort((a, b) => b.text.length - a.text.length);

/** The row for a code, the longest fitting one; `undefined` where nothing is known of it. */
export function findAliyunCode(code: string): AliyunCode | undefined {
  return (
    exact.get(code) ??
    patterns.find(({ text, anywhere }) => (anywhere ? code.includes(text) : code.startsWith(text)))?.row
  );
}
