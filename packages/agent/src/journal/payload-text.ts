import { canonicalJson } from '@waystation/core';
import type { Message } from '@waystation/core';

/**
 * What two requests with one key must agree on: numbers in their order, sign, template, parameters whatever their
 * order, OutId, extension code, each text of a batch, and route. Not deadlines or traces.
 */
export function payloadText(message: Message, route: string | undefined): string {
  const { e164, signName, templateCode, templateParam, outId, smsUpExtendCode, batch } = message;
  const texts = batch?.texts;
  // In the order of their names, which spares sorting them.
  return canonicalJson({ e164, outId, route, signName, smsUpExtendCode, templateCode, templateParam, texts });
}
