/** The message that every subject sends. */
export const message = {
  phoneNumbers: '13800138000',
  signName: '阿里云',
  templateCode: 'SMS_154950909',
  templateParam: { code: '123456' },
} as const;

/** The key that every subject signs with; the upstream checks none. */
export const accessKey = { id: 'LTAIBenchKey', secret: 'secret-of-the-bench' } as const;
