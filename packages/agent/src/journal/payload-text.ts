import { canonicalJson } from '@waystation/core';
import type { JournalPayload } from './journal-entry.ts';

/**
 * What two requests with one key must agree on: numbers in their order, sign, template, parameters whatever their
 * order, OutId, extension code, each text of a batch, and route. Not deadlines or traces.
 */
export function payloadText({ message, route }: JournalPayload): string {
  const { e164, signName, templateCode, templateParam, outId, smsUpExtendCode, batch } = message;
  const texts = batch?.texts;
  return canonicalJson({ e164, signName, templateCode, templateParam, outId, smsUpExtendCode, texts, route });
}
