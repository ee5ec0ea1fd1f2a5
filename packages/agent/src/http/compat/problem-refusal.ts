import type { Problem } from '../problem.ts';
import type { ProblemCode } from '../problem-table.ts';
import type { CompatCodeName } from './compat-codes.ts';
import { refuse } from './compat-refusal.ts';
import type { CompatRefusal } from './compat-refusal.ts';

/** What the refusals that the whole port shares are called here. */
const names: Partial<Record<ProblemCode, CompatCodeName>> = {
  REQUEST_FROM_BROWSER: 'waystation.CallerRefused',
  REQUEST_HOST_REFUSED: 'waystation.CallerRefused',
  REQUEST_UNAUTHENTICATED: 'waystation.TokenRequired',
  REQUEST_METHOD_NOT_ALLOWED: 'UnsupportedHTTPMethod',
  REQUEST_CONTENT_TYPE: 'waystation.ContentTypeNotSupported',
  REQUEST_TIMEOUT: 'waystation.BodyTimeout',
  REQUEST_TOO_LARGE: 'waystation.BodyTooLarge',
  REQUEST_HEADERS_TOO_LARGE: 'waystation.HeadersTooLarge',
  SEND_OVERLOADED: 'waystation.Overloaded',
};

/** A refusal of the port in the words of this API. */
export function problemRefusal({ code, detail, headers, close }: Problem): CompatRefusal {
  return refuse(names[code] ?? 'waystation.BodyMalformed', detail, {
    ...(headers !== undefined && { headers }),
    ...(close !== undefined && { close }),
  });
}
