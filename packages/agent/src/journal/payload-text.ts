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
  const parts = { e164, outId, route, signName, smsUpExtendCode, templateCode, templateParam, texts };
  return texts === undefined && isSorted(templateParam) ? JSON.stringify(parts) : canonicalJson(parts);
}

/** Whether JSON has it as `canonicalJson` would. */
function isSorted(parameters: Message['templateParam']): boolean {
  let before = '';
  for (const name of Object.keys(parameters ?? {})) {
    if (name < before) return false;
    before = name;
  }
  return true;
}
