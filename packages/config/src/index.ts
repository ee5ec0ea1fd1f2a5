export { describeIssue } from './document/document-place.ts';
export type { DocumentIssue, DocumentPlace } from './document/document-place.ts';
export { readDocument } from './document/read-document.ts';
export type { DocumentLimits, DocumentRead } from './document/read-document.ts';
export { checkEtcdOptions, etcdOptions, fleetOptions } from './options/etcd-options.ts';
export { loadOptions } from './options/load-options.ts';
export type { LoadedOptions, OptionInput, OptionProgram } from './options/load-options.ts';
export { optionNames } from './options/option-definition.ts';
export type {
  OptionDefinition,
  OptionNames,
  OptionTable,
  OptionValues,
} from './options/option-definition.ts';
export type { OptionSource } from './options/raw-option.ts';
export { strategyDigest, strategyDigestInSteps } from './strategy-digest.ts';
