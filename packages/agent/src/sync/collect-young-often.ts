import { setFlagsFromString } from 'node:v8';

/** Full to so many percent, V8's space for young objects is collected in a turn of its own. */
const percents = { often: 10, asUsual: 80 };

/**
 * Has V8 collect young garbage after every one or two megabytes rather than a dozen. What lives on is copied in one
 * go, so that a collection while much is built is a pause as long as what was built since the last; sends leave
 * little that lives on, and want few collections. A V8 that does not know the setting says so on stderr and goes on as it
 * does.
 */
export function collectYoungOften(often: boolean): void {
  setFlagsFromString(`--minor-gc-task-trigger=${String(often ? percents.often : percents.asUsual)}`);
}
