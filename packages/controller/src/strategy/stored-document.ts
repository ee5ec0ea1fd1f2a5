/** What stands in the store as a document, or as the bare text where somebody broke it by hand. */
export function storedDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
