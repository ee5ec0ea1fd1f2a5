/** The regions that exist without a configuration: the pairs of the examples, primary and backup. */
export const DEFAULT_REGIONS = {
  'cn-hangzhou': {},
  'ap-southeast-1': {},
  'cn-beijing': {},
  'cn-shanghai': {},
};

/** The generic gateway that exists without a configuration. */
export const DEFAULT_GATEWAYS = { other: {} };

const TEMPLATES = {
  SMS_154950909: { content: '您的验证码是：${code}，请在5分钟内输入。' },
  SMS_154950910: { content: '您的订单${order}已发货。', kind: 'notice' as const },
  SMS_154950911: { content: 'Your code is ${code}.', scope: 'international' as const },
};

/** The accounts that exist without a configuration; their keys are no secrets and open nothing else. */
export const DEFAULT_ACCOUNTS = {
  main: {
    keys: [{ accessKeyId: 'LTAISimulatorMain', accessKeySecret: 'simulator-secret-of-main' }],
    signs: [{ name: '阿里云' }],
    templates: TEMPLATES,
  },
  second: {
    keys: [{ accessKeyId: 'LTAISimulatorSecond', accessKeySecret: 'simulator-secret-of-second' }],
    signs: [{ name: '阿里云' }],
    templates: TEMPLATES,
  },
  other: { apiKeys: ['simulator-apikey'], signs: [{ name: '阿里云' }] },
};
