/** The article's example: an OTP route with a backup abroad, everything else 70/30. */
export const sampleYaml = `schemaVersion: 1
channels:
  cn-hangzhou: { provider: aliyun, regionId: cn-hangzhou, credential: main }
  ap-southeast-1: { provider: aliyun, regionId: ap-southeast-1, credential: main }
routes:
  - name: otp
    match: { templateCodes: [SMS_154950909] }
    policy: { kind: primary-backup, order: [cn-hangzhou, ap-southeast-1] }
    onUnknownOutcome: resend
  - name: default
    policy: { kind: weighted-random, weights: { cn-hangzhou: 70, ap-southeast-1: 30 } }
    onUnknownOutcome: fail
`;

/** The same with other weights. */
export function sampleWithWeights(hangzhou: number, singapore: number): string {
  return sampleYaml.replace(
    'cn-hangzhou: 70, ap-southeast-1: 30',
    `cn-hangzhou: ${hangzhou}, ap-southeast-1: ${singapore}`,
  );
}
