/** What a provider answers to an accepted SendSms. */
export const acceptedAnswer =
  '{"Code":"OK","Message":"OK","BizId":"900619746936498440^0","RequestId":"F655A8D5-B967-440B-8683-DAD6FF8DE990"}';
