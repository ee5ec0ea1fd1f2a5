/**
 * Something that is being put together field by field. What every message needs is, since a spread of another object,
 * or of a condition, is a call into V8's runtime.
 */
export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };
